package cowherd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cowherd check} with what real kernels were seen to do. */
class ObservedFilesTest {
  private static final String HEADS = "kernel 6.1.0-28 \"QEMU\"\nmodel v6.1\n";
  private static final String AGREES = HEADS + "pipe-after-fork A A A A -> A.r=1\n";
  private static final String CONTRADICTS = HEADS + "pipe-after-fork A A A A -> A.r=2\n";

  @TempDir Path folder;

  @BeforeEach
  void tests() throws IOException {
    write(
        "tests/family/pipe.litmus",
        """
        litmus pipe-after-fork
        anon x = 1;
        pipe q;
        process A { fork(B); vmsplice(q, x); x = 2; r = read(q); }
        process B {}
        always (A.r == 1 || A.r == 2);
        """);
    write(
        "tests/other/load.litmus",
        "litmus other-test\nanon x = 1;\nprocess A { r = x; }\nalways (A.r == 1);\n");
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Cowherd check(String below, String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "check";
    arguments[1] = folder.resolve(below).toString();
    System.arraycopy(more, 0, arguments, 2, more.length);
    return Cowherd.run(arguments);
  }

  @Test
  void agreementIsTold() throws IOException {
    write("tests/observed/6.1.observed", AGREES);
    for (String below : new String[] {"tests", "tests/family", "tests/family/pipe.litmus", "."}) {
      Cowherd run = check(below, "--kernel", "v6.1,v5.9");
      assertThat(run.err()).as(below).isEmpty();
      assertThat(run.status()).as(below).isEqualTo(0);
      assertThat(run.out()).as(below).contains("of 1 observation 1 agree;");
    }
    assertThat(check("tests/other", "--kernel", "v6.1").out()).doesNotContain("observation");
  }

  @Test
  void aContradictionIs1() throws IOException {
    write("tests/observed/6.1.observed", CONTRADICTS);
    Cowherd run = check("tests", "--kernel", "v6.1");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out().replaceAll("\\s+", " "))
        .contains("observed/6.1.observed:3: pipe-after-fork on Linux 6.1.0-28:")
        .contains("the model v6.1 forbids what was seen")
        .contains("schedule A A A A observed A.r=2 allowed A.r=1")
        .contains("of 1 observation 1 contradict;");
  }

  @Test
  void onlyKernelsThatAreCheckedAreJudged() throws IOException {
    write("tests/observed/6.1.observed", CONTRADICTS);
    Cowherd run = check("tests", "--kernel", "v5.9");
    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out()).doesNotContain("observation");
    write("tests/observed/mine.kernel", "kernel mine extends v5.8\n  \"as v5.8\"\n");
    write("tests/observed/6.1.observed", CONTRADICTS.replace("v6.1", "./mine.kernel"));
    assertThat(check("tests", "--kernel", "v6.1").out()).doesNotContain("observation");
    String mine = folder.resolve("tests/observed/mine.kernel").toString();
    assertThat(check("tests", "--kernel", "v6.1," + mine).out())
        .contains("of 1 observation 1 agree;");
  }

  @Test
  void twoNamesOfOneKernelAreJudgedOnce() throws IOException {
    write("tests/observed/7.2.observed", AGREES.replace("model v6.1", "model v7.2"));
    assertThat(check("tests", "--kernel", "v6.15,v6.18,v7.2").out())
        .contains("of 1 observation 1 agree;");
  }

  @Test
  void aScheduleThatCannotBe() throws IOException {
    write("tests/observed/6.1.observed", HEADS + "pipe-after-fork B A -> A.r=2\n");
    Cowherd run = check("tests", "--kernel", "v6.1");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("none: B cannot make call 1 of the schedule");
  }

  @Test
  void anUnknownTestIs2WhereAllTestsAreChecked() throws IOException {
    write("tests/observed/6.1.observed", AGREES + "pipe-after-frok A -> A.r=1\n");
    Cowherd run = check("tests", "--kernel", "v6.1");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains("6.1.observed:4:1: error: there is no test `pipe-after-frok`")
        .contains("did you mean `pipe-after-fork`?");
    assertThat(check("tests/family", "--kernel", "v6.1").status()).isEqualTo(0);
  }

  @Test
  void mistakesOfNamesAndModelsAre2() throws IOException {
    write("tests/observed/6.1.observed", HEADS + "pipe-after-fork A C -> A.q=1\n");
    Cowherd run = check("tests", "--kernel", "v6.1");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("3:19: error: ", "no thread `C`", "3:24: error: ", "`A.q`");
    write("tests/observed/6.1.observed", AGREES.replace("model v6.1", "model v6.l"));
    assertThat(check("tests").err()).contains("2:7: error: there is no kernel `v6.l`");
    write("tests/observed/6.1.observed", AGREES.replace("model v6.1", "model ./no.kernel"));
    assertThat(check("tests").err()).contains("2:7: error: this kernel cannot be read");
  }

  @Test
  void aFolderThatIsNamed() throws IOException {
    write("elsewhere/a.observed", CONTRADICTS);
    String named = folder.resolve("elsewhere").toString();
    assertThat(check("tests", "--kernel", "v6.1").status()).isEqualTo(0);
    assertThat(check("tests", "--kernel", "v6.1", "--observed", named).status()).isEqualTo(1);
    Cowherd empty = check("tests", "--observed", folder.resolve("tests/other").toString());
    assertThat(empty.status()).isEqualTo(2);
    assertThat(empty.err()).contains("there is no *.observed file in");
  }

  @Test
  void programsReadItToo() throws IOException {
    write("tests/observed/6.1.observed", CONTRADICTS);
    Cowherd json = check("tests", "--kernel", "v6.1", "--json", "--shard", "1/1");
    assertThat(json.status()).isEqualTo(1);
    assertThat(json.out())
        .contains("\"kernel\":\"6.1.0-28\",\"schedule\":\"A A A A\",\"seen\":\"A.r=2\"")
        .contains("\"allowed\":[\"A.r=1\"],\"agrees\":false");
    Path part = folder.resolve("part.jsonl");
    Files.writeString(part, json.out());
    assertThat(Cowherd.run("merge", part.toString()).status()).isEqualTo(1);
    assertThat(check("tests", "--kernel", "v6.1", "--ktap").out())
        .contains("# 6.1.0-28 was seen to do A.r=2 under A A A A; the model allows A.r=1")
        .contains("  not ok 1 v6.1");
    Path junit = folder.resolve("out.xml");
    check("tests", "--kernel", "v6.1", "--junit", junit.toString());
    assertThat(Files.readString(junit)).contains("<failure", "6.1.0-28 was seen to do A.r=2");
  }
}
