package cowherd.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.KernelLibrary;
import cowherd.kernel.source.Diagnostic;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Huge, deep and binary files: an error in under a second. */
class MonstrousFilesTest {
  private static final int HUGE = 10 << 20;
  private static final int DEEP = 10_000;

  /** Just small enough to be read. */
  private static final int LARGE = (1 << 20) - 1_000;

  private static final long NANOS_MAX = 1_000_000_000;

  private static final String TEST = "litmus t\nanon x = 1;\nprocess A { x = 2; }\n";
  private static final String BODY = "litmus t\nanon x = 1;\nprocess A {\n  r = ";
  private static final String CONDITION = "litmus t\nanon x = 1;\nprocess A { }\nnever (";
  private static final String KERNEL = "kernel mine extends v5.9\n";
  private static final String RULE = KERNEL + "on reclaim of a page:\n  skip when ";

  @TempDir static Path dir;

  /** A file. */
  private record Monster(String name, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The first input of a JVM pays for the classes. */
  @BeforeAll
  static void warmUp() {
    assertThat(Reading.litmus(bytes(TEST + "never ("))).isNotEmpty();
    assertThat(kernel(bytes(RULE))).isNotEmpty();
    assertThat(KernelLibrary.builtIn().get("v5.9")).isNotNull();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Diagnostic> kernel(byte[] bytes) {
    return Reading.kernel(bytes, dir.resolve("monstrous.kernel"));
  }

  static Stream<Monster> ofNoLanguage() {
    List<Monster> files = new ArrayList<>();
    files.add(new Monster("10 MB of NUL", new byte[HUGE]));
    files.add(new Monster("10 MB of junk", junk(HUGE)));
    files.add(new Monster("10 MB of one line", bytes("x".repeat(HUGE))));
    files.add(new Monster("10 MB of lines", bytes("\n".repeat(HUGE))));
    files.add(new Monster("10 MB of a comment", bytes("// " + "x".repeat(HUGE))));
    files.add(new Monster("1 MB of junk", junk(LARGE)));
    files.add(new Monster("1 MB of one word", bytes("x".repeat(LARGE))));
    files.add(new Monster("1 MB of words", bytes("ab ".repeat(LARGE / 3))));
    files.add(new Monster("1 MB of digits", bytes("9".repeat(LARGE))));
    files.add(new Monster("1 MB of strings", bytes("\"\"".repeat(LARGE / 2))));
    files.add(new Monster("1 MB of a string", bytes("\"" + "x".repeat(LARGE))));
    files.add(new Monster("1 MB of quotes, a line each", bytes("\"\n".repeat(LARGE / 2))));
    files.add(new Monster("1 MB of comments without an end", bytes("/*".repeat(LARGE / 2))));
    files.add(new Monster("1 MB of strange characters", bytes("@#".repeat(LARGE / 2))));
    files.add(new Monster("1 MB of emoji", bytes("\uD83D\uDC04".repeat(LARGE / 4))));
    files.add(new Monster("1 MB of combining marks", bytes("e\u0301".repeat(LARGE / 3))));
    files.add(new Monster("a NUL", bytes("\0")));
    files.add(new Monster("half a character", new byte[] {'a', (byte) 0xE2, (byte) 0x82}));
    files.add(new Monster("a byte that no character has", new byte[] {'a', (byte) 0xFF}));
    files.add(new Monster("a surrogate", new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}));
    files.add(new Monster("an overlong slash", new byte[] {(byte) 0xC0, (byte) 0xAF}));
    files.add(new Monster("UTF-16", "litmus t".getBytes(StandardCharsets.UTF_16)));
    files.add(new Monster("an escape sequence", bytes("\u001b[31mlitmus")));
    files.add(new Monster("nothing but a byte order mark", bytes("\uFEFF")));
    files.add(new Monster("nothing", new byte[0]));
    for (String bracket : List.of("(", ")", "[", "]", "{", "}", "<", ">", "\"", "/*", "*", "!")) {
      files.add(new Monster(DEEP + " times " + bracket, bytes(bracket.repeat(DEEP))));
      files.add(new Monster("1 MB of " + bracket, bytes(bracket.repeat(LARGE / bracket.length()))));
    }
    return files.stream();
  }

  static Stream<Monster> tests() {
    List<Monster> files = new ArrayList<>();
    for (String open :
        List.of(
            "(",
            "[",
            "{",
            "!",
            "-",
            "*",
            "&",
            "f(",
            "x[",
            "1 + (",
            "(x == ",
            "x = {",
            "{{",
            "([",
            "if (x) {",
            "loop {",
            "while (x) {",
            "repeat 2 {",
            "thread t {",
            "else {")) {
      files.add(new Monster("body " + open, bytes(BODY + open.repeat(DEEP))));
      files.add(new Monster("statement " + open, bytes(BODY + "x; " + open.repeat(DEEP))));
      files.add(new Monster("condition " + open, bytes(CONDITION + open.repeat(DEEP))));
      files.add(new Monster("top " + open, bytes("litmus t " + open.repeat(DEEP))));
      files.add(
          new Monster("closed " + open, bytes(BODY + open.repeat(DEEP) + "1" + ")".repeat(DEEP))));
    }
    files.add(new Monster("NUL inside", bytes(TEST + "\0")));
    files.add(new Monster("not UTF-8 inside", joined(bytes(TEST), new byte[] {(byte) 0xC3})));
    files.add(new Monster("a line of 1 MB", bytes(BODY + "1 ".repeat(LARGE / 2) + "; }")));
    files.add(new Monster("many tests", bytes("litmus t ".repeat(LARGE / 9))));
    files.add(new Monster("many statements", bytes(BODY + "1; x = 2;".repeat(LARGE / 10))));
    files.add(new Monster("many mistakes", bytes(BODY + "y; z(1);".repeat(LARGE / 9))));
    files.add(new Monster("many conditions", bytes(TEST + "never (q == 1);".repeat(LARGE / 16))));
    files.add(
        new Monster("many expectations", bytes(TEST + "expect holds on v5.8;".repeat(LARGE / 22))));
    return files.stream();
  }

  static Stream<Monster> kernels() {
    List<Monster> files = new ArrayList<>();
    for (String open :
        List.of("(", "[", "{", "not ", "not (", "((", "<", "ksm and (", "ksm or not (", "1 + (")) {
      files.add(new Monster("condition " + open, bytes(RULE + open.repeat(DEEP))));
      files.add(
          new Monster(
              "closed " + open,
              bytes(RULE + open.repeat(DEEP) + "ksm" + ")".repeat(DEEP) + ";\n  go otherwise;\n")));
      files.add(new Monster("block " + open, bytes(KERNEL + "on " + open.repeat(DEEP))));
      files.add(new Monster("top " + open, bytes(KERNEL + open.repeat(DEEP))));
    }
    files.add(new Monster("NUL inside", bytes(KERNEL + "\0")));
    files.add(new Monster("not UTF-8 inside", joined(bytes(KERNEL), new byte[] {(byte) 0xC3})));
    files.add(new Monster("a line of 1 MB", bytes(RULE + "ksm and ".repeat(LARGE / 8))));
    files.add(
        new Monster("many rules", bytes(RULE + "ksm;" + "skip when ksm;\n".repeat(LARGE / 16))));
    files.add(
        new Monster(
            "many blocks", bytes(KERNEL + "on reclaim of a page: go otherwise;".repeat(10_000))));
    files.add(
        new Monster("many rows", bytes(KERNEL + "users:" + "o-direct: get;".repeat(LARGE / 15))));
    files.add(new Monster("many claims", bytes(KERNEL + "claims I1" + ", I9".repeat(LARGE / 5))));
    files.add(new Monster("itself", bytes("kernel mine extends \"monstrous.kernel\"")));
    files.add(new Monster("a directory", bytes("kernel mine extends \"../\"")));
    return files.stream();
  }

  private static byte[] junk(int length) {
    byte[] junk = new byte[length];
    new Random(length).nextBytes(junk);
    return junk;
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] all = new byte[a.length + b.length];
    System.arraycopy(a, 0, all, 0, a.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  @ParameterizedTest
  @MethodSource({"ofNoLanguage", "tests"})
  void asTests(Monster file) {
    isRefused(file, Reading::litmus);
  }

  @ParameterizedTest
  @MethodSource({"ofNoLanguage", "kernels"})
  void asKernel(Monster file) {
    isRefused(file, MonstrousFilesTest::kernel);
  }

  private static void isRefused(Monster file, Function<byte[], List<Diagnostic>> read) {
    long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    assertThat(read.apply(file.bytes())).as(file.name()).isNotEmpty();
    assertThat(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin)
        .as(file.name() + ", nanoseconds")
        .isLessThan(NANOS_MAX);
  }
}
