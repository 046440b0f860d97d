package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FormatterTest {
  /** Seeds of the random tests. */
  private static final int SEEDS = 150;

  private static String formatted(String text) {
    return switch (Formatter.format("t.litmus", text)) {
      case Formatter.Formatted(String result) -> result;
      case Formatter.Refused(var diagnostics) ->
          throw new AssertionError(diagnostics.render() + "\n" + text);
    };
  }

  private static List<Shape> meaning(String text) {
    LitmusParser.Result result = LitmusParser.parse("t.litmus", text);
    assertThat(result.diagnostics().render()).as(text).isEmpty();
    return Shape.of(result);
  }

  static List<Path> library() {
    return Resources.litmusFiles(Resources.REPOSITORY.resolve("litmus"));
  }

  @Test
  void randomTestsMeanTheSame() {
    for (int seed = 0; seed < SEEDS; seed++) {
      String text = new RandomTests(seed).file();
      String result = formatted(text);
      assertThat(formatted(result)).as("seed %d", seed).isEqualTo(result);
      assertThat(meaning(result)).as("seed %d", seed).isEqualTo(meaning(text));
    }
  }

  @Test
  void disturbedTestsMeanTheSame() {
    for (int seed = 0; seed < SEEDS; seed++) {
      RandomTests random = new RandomTests(seed);
      String text = random.disturbed(random.file());
      String result = formatted(text);
      assertThat(formatted(result)).as("seed %d of %s", seed, text).isEqualTo(result);
      assertThat(meaning(result)).as("seed %d", seed).isEqualTo(meaning(text));
      assertThat(comments(result)).as("seed %d", seed).isEqualTo(comments(text));
    }
  }

  /** How many comments there are: none may be lost. */
  private static long comments(String text) {
    return Lexer.tokens(text, new Problems(new cowherd.kernel.source.SourceText("", text))).stream()
        .filter(token -> token.kind() == Token.Kind.COMMENT)
        .count();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("library")
  void theLibraryMeansTheSame(Path path) {
    String text = Resources.read(path);
    String result = formatted(text);
    assertThat(formatted(result)).isEqualTo(result);
    assertThat(meaning(result)).isEqualTo(meaning(text));
  }

  @Test
  void laysOut() {
    String text =
        """
        // about

        litmus a-b "story" from "one" from "two" // header
        anon x=1; // one
        anon longer[2]={1,2}; // two


        process A { // open
          fork ( B ) ; thread a { r=*k; } thread bcd daemon{}
          thread c {
            x=1; }
          if(r==1&&!present( x )){ r=-EFAULT; } else { r = 2; }
          if (r == 1) { loop { x = 2; } }

          // last
        }
        process B { }
        never(A.r==1)"because";
        expect violated pin-coherent on v5.7 , v5.9 .. v5.10;
        expect holds on v5.11 ..;
        expect holds elsewhere;
        // next
        litmus c process D { x = mmap(MAP_PRIVATE|MAP_ANONYMOUS); }
        allowed { x == 1, x == 2 }
        """;
    assertThat(formatted(text))
        .isEqualTo(
            """
            // about

            litmus a-b
              "story"
              from "one"
              from "two"  // header

            anon x = 1;               // one
            anon longer[2] = {1, 2};  // two

            process A {  // open
              fork(B);
              thread a          { r = *k; }
              thread bcd daemon {}
              thread c {
                x = 1;
              }
              if (r == 1 && !present(x)) { r = -EFAULT; } else { r = 2; }
              if (r == 1) {
                loop { x = 2; }
              }

              // last
            }
            process B {}
            never (A.r == 1) "because";
            expect violated pin-coherent on v5.7, v5.9..v5.10;
            expect holds                 on v5.11..;
            expect holds elsewhere;

            // next
            litmus c

            process D { x = mmap(MAP_PRIVATE | MAP_ANONYMOUS); }
            allowed { x == 1, x == 2 }
            """);
  }

  @Test
  void breaksLongLines() {
    String text =
        "litmus t process A { while (a1111 == 1 && b1111 == 2 && c1111 == 3 && d1111 == 4 && e1111"
            + " == 5 && f1111 == 6 && g1111 == 7) { x = 1; } } allowed { A.r == 1 && A.s == 22222222,"
            + " A.r == 2 && A.s == 22222222, A.r == 3 && A.s == 22222222222222 };";
    assertThat(formatted(text))
        .isEqualTo(
            """
            litmus t

            process A {
              while (a1111 == 1 && b1111 == 2 && c1111 == 3 && d1111 == 4 && e1111 == 5 && f1111 == 6 &&
                  g1111 == 7) {
                x = 1;
              }
            }
            allowed {
              A.r == 1 && A.s == 22222222,
              A.r == 2 && A.s == 22222222,
              A.r == 3 && A.s == 22222222222222
            };
            """);
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThat(Formatter.format("t.litmus", "litmus t process A { x = }"))
        .isInstanceOfSatisfying(
            Formatter.Refused.class,
            refused -> assertThat(refused.diagnostics().list()).hasSize(1));
  }

  @Test
  void namesNeedNotExist() {
    assertThat(formatted("litmus t process A { frob(y); }"))
        .isEqualTo("litmus t\n\nprocess A { frob(y); }\n");
  }
}
