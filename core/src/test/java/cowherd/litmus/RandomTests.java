package cowherd.litmus;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Writes tests at random: every one is valid, and none is laid out as a person would. */
final class RandomTests {
  private static final List<String> STATEMENTS =
      List.of(
          "x = 2;",
          "x[1] = 0x10;",
          "big.1[0] = n + 1;",
          "n = x;",
          "n = big.2[1];",
          "n = n + 1 - (n & 3);",
          "s = store(x, n | 4);",
          "*k = 5;",
          "k[1] = n;",
          "n = *k;",
          "n = k[1];",
          "munmap(big.1);",
          "s = mprotect(x, PROT_READ|PROT_WRITE);",
          "madvise(big, MADV_DONTNEED);",
          "s = write(f, x, O_DIRECT);",
          "read(f, big.0);",
          "vmsplice(q, x);",
          "n = read(q, 1);",
          "swap_out(x);",
          "n = present(x);",
          "memcpy(big.0, x);",
          "signal(go);",
          "wait(go);",
          "s = madvise(x, MADV_COLLAPSE);",
          "perf_virt_to_phys(x);",
          "lru_add_drain();",
          "if (n == 1 && !swapped(x)) { x = 3; } else { n = -EFAULT; }",
          "while (x != SIGBUS) { n = x; if (n >= 2) { break; } }",
          "repeat 2 { n = big.0; x = n; }",
          "assert(n <= 199 || s == SIGSEGV);");

  private static final List<String> CONDITIONS =
      List.of(
          "never (A.n == 2 && x != 3) \"a reason\";",
          "always (f == 3 || f[1] == 4);",
          "sometimes (A.big.1[1] == 1 && present(A.x));",
          "invariant (A.n <= 3);",
          "always terminates;",
          "allowed { A.n == 1, A.n == 2 && big.0 == 1, !(A.s == -EFAULT) };",
          "expect violated never, pin-coherent in a race on v5.7, v5.9..v5.11, v6.1-rc7..;",
          "expect out-of-model on peterx-v1..peterx-v3;",
          "expect holds elsewhere;");

  private final Random random;

  RandomTests(long seed) {
    this.random = new Random(seed);
  }

  /** A valid file with one test or two. */
  String file() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i <= random.nextInt(2); i++) {
      out.append(test("random-" + i));
    }
    return out.toString();
  }

  private String test(String name) {
    StringBuilder out =
        new StringBuilder("litmus " + name + " \"a \\\"story\\\"\" from \"here\"\n");
    boolean kinds = random.nextInt(3) == 0;
    out.append(kinds ? "for base, thp-one-pte, swap-cached memory m[2] = {1, 2};\n" : "");
    out.append(kinds ? "expect violated for base, thp-one-pte on v5.7..;\n" : "");
    out.append("anon x[2] = {1, 2}; anon big pages 3 = 1; file f = 3; pipe q;\n");
    out.append(random.nextBoolean() ? "background reclaim, lru, ksmd;\n" : "");
    out.append(random.nextBoolean() ? "tolerates no-foreign-data \"so\";\n" : "");
    out.append("process A { n = 0; s = 0; k = pin_user_pages(x, FOLL_WRITE | FOLL_LONGTERM);\n");
    statements(out);
    for (int i = 0; i < random.nextInt(3); i++) {
      out.append("thread t" + i + (random.nextBoolean() ? " daemon" : "") + " {");
      statements(out);
      out.append("}\n");
    }
    out.append("signal(go); fork(B); }\nprocess B { x = 4; }\n");
    out.append(random.nextBoolean() ? "kernel reclaim { swap_out(A.x); }\n" : "");
    out.append("never (A.s == 77);\n");
    CONDITIONS.stream().filter(_ -> random.nextInt(3) == 0).forEach(c -> out.append(c + "\n"));
    return out.toString();
  }

  private void statements(StringBuilder out) {
    for (int i = 0; i < random.nextInt(8); i++) {
      out.append(STATEMENTS.get(random.nextInt(STATEMENTS.size()))).append(' ');
    }
  }

  /** The same tokens with other blanks, line ends and comments between them. */
  String disturbed(String text) {
    List<Token> tokens =
        new ArrayList<>(
            Lexer.tokens(text, new Problems(new cowherd.kernel.source.SourceText("", text))));
    StringBuilder out = new StringBuilder();
    int last = 0;
    for (Token token : tokens) {
      boolean glued = last > 0 && last == token.span().start();
      out.append(glued ? "" : gap());
      out.append(text, token.span().start(), token.span().end());
      last = token.span().end();
    }
    return out.toString();
  }

  private String gap() {
    return switch (random.nextInt(12)) {
      case 0 -> "\n";
      case 1 -> "  // a comment, and \"another\"\n";
      case 2 -> "\n\n\n";
      case 3 -> " /* inside */ ";
      case 4 -> "\n// alone\n";
      case 5 -> "\t";
      case 6 -> "\r\n";
      case 7 -> "\n/* two\n     lines */\n";
      default -> " ";
    };
  }
}
