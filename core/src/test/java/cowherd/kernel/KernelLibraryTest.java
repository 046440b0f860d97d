package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KernelLibraryTest {
  private static final KernelLibrary LIBRARY = KernelLibrary.builtIn();

  @TempDir Path dir;

  static List<String> names() {
    return LIBRARY.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyBuiltInKernelIsWholeAndTellsItsStory(String name) {
    Kernel kernel = LIBRARY.get(name);
    assertThat(kernel.name()).isEqualTo(name);
    assertThat(kernel.story()).isNotEmpty();
    assertThat(kernel.sources()).isNotEmpty();
    assertThat(kernel.users()).containsOnlyKeys(GupUser.NAMES);
    assertThat(kernel.release()).isEqualTo(name.matches("v\\d+\\.\\d+"));
    for (DecisionPoint point : DecisionPoint.values()) {
      assertThat(kernel.decision(point).contract()).as(point.phrase()).isNotEmpty();
      assertThat(names()).contains(kernel.decision(point).kernel());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void theTextOfAKernelReadsBackAsTheSameKernel(String name) throws IOException {
    Kernel kernel = LIBRARY.get(name);
    Kernel again = load("copy.kernel", kernel.text()).orThrow();
    assertThat(kernel.diff(again)).isEmpty();
    assertThat(again.name()).isEqualTo(name);
    assertThat(again.story()).isEqualTo(kernel.story());
    assertThat(again.sources()).isEqualTo(kernel.sources());
    assertThat(again.release()).isFalse();
    for (DecisionPoint point : DecisionPoint.values()) {
      Decision before = kernel.decision(point);
      Decision after = again.decision(point);
      assertThat(after.contract()).isEqualTo(before.contract());
      assertThat(after.function()).isEqualTo(before.function());
      assertThat(after.commit()).isEqualTo(before.commit());
      assertThat(after.rules().stream().map(Rule::because))
          .isEqualTo(before.rules().stream().map(Rule::because).toList());
    }
  }

  @Test
  void everyResourceIsInTheIndexAndOnlyOnce() {
    assertThat(names()).doesNotHaveDuplicates();
    assertThat(LIBRARY.releases())
        .containsExactly(
            "v5.7", "v5.8", "v5.9", "v5.11", "v5.12", "v5.14", "v5.16", "v5.18", "v5.19", "v6.0",
            "v6.1", "v6.2", "v6.3", "v6.4", "v6.5", "v6.6", "v6.7", "v6.8", "v6.9", "v6.12",
            "v6.13", "v6.15");
    assertThat(names())
        .contains(
            "peterx-v1",
            "peterx-v2",
            "peterx-v3",
            "peterx-v3-fix",
            "wrong-side-ok",
            "horn-intent",
            "v5.10-stable",
            "unshare-v1",
            "unshare-v1-mapcount");
  }

  // ------------------------------------------------------------------- names

  @ParameterizedTest
  @CsvSource({
    "v5.7, v5.7, ''",
    "v5.10, v5.9, v5.10 has the rules of v5.9",
    "5.15, v5.14, 5.15 has the rules of v5.14",
    "6.10, v6.9, 6.10 has the rules of v6.9",
    "v6.19, v6.15, v6.19 has the rules of v6.15",
    "v7.2, v6.15, v7.2 has the rules of v6.15",
    "v5.10-stable, v5.10-stable, ''",
    "peterx-v3, peterx-v3, ''",
  })
  void aNameResolvesToAFile(String asked, String file, String note) {
    Kernel kernel = LIBRARY.get(file);
    assertThat(LIBRARY.resolve(asked)).isEqualTo(new Resolution.Found(kernel, file, note));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v5.6 | Linux v5.6 is older than every kernel here | the oldest is v5.7",
        "v5.20 | there is no Linux v5.20 | v5.19 was followed by v6.0",
        "6.20 | there is no Linux v6.20 | v6.19 was followed by v7.0",
        "petrex-v2 | there is no kernel `petrex-v2` | did you mean `peterx-v2`?",
        "v5.10.7 | there is no kernel `v5.10.7`: stable releases carry rules of later ones"
            + " | write `v5.10-stable`, by the rules that it has",
        "5.8-rc1 | there is no kernel `5.8-rc1`: stable releases carry rules of later ones"
            + " | write `v5.8`, by the rules that it has",
      })
  void anUnknownNameIsExplained(String asked, String message, String fix) {
    assertThat(LIBRARY.lookup(asked)).isEqualTo(new KernelNames.Unknown(message, fix));
    assertThat(failure(LIBRARY.resolve(asked)))
        .isEqualTo(asked + ": error: " + message + "\n    = " + fix + "\n");
  }

  @Test
  void aNameThatResemblesNothingListsTheKernels() {
    assertThat(failure(LIBRARY.resolve("windows"))).contains("the kernels are v5.7, v5.8, ");
  }

  // ------------------------------------------------------------------ ranges

  @ParameterizedTest
  @CsvSource({
    "v5.9, v5.18, v5.9 v5.11 v5.12 v5.14 v5.16 v5.18",
    "v5.10, 5.13, v5.9 v5.11 v5.12",
    "v6.8, '', v6.8 v6.9 v6.12 v6.13 v6.15",
    "v7.0, '', v6.15",
    "v5.8, v5.8, v5.8",
    "peterx-v1, peterx-v3, peterx-v1 peterx-v2 peterx-v3",
    "unshare-v1, unshare-v1-mapcount, unshare-v1 unshare-v1-mapcount",
  })
  void aRangeExpands(String from, String to, String names) {
    assertThat(LIBRARY.expand(from, to))
        .isEqualTo(new KernelNames.Known(Arrays.asList(names.split(" "))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v5.18 | v5.9 | the range `v5.18..v5.9` is empty | write `v5.9..v5.18`",
        "v5.13 | v5.12 | the range `v5.13..v5.12` is empty | write `v5.12..v5.13`",
        "peterx-v1 | v5.9 | a range is of releases or of proposals, not of both | ''",
        "peterx-v1 | '' | `peterx-v1` is no release: its range needs an end"
            + " | write `peterx-v1` alone, or a range up to a proposal",
        "v5.9 | peterx-v9 | there is no kernel `peterx-v9` | did you mean `peterx-v1`?",
        "v4.19 | '' | Linux v4.19 is older than every kernel here | the oldest is v5.7",
      })
  void aWrongRangeIsExplained(String from, String to, String message, String fix) {
    assertThat(LIBRARY.expand(from, to)).isEqualTo(new KernelNames.Unknown(message, fix));
  }

  // ------------------------------------------------------------- users' files

  @Test
  void aUsersFileExtendsABuiltInKernelOrAnotherFile() throws IOException {
    Files.createDirectory(dir.resolve("sub"));
    Files.writeString(
        dir.resolve("base.kernel"),
        """
        kernel base extends 5.10
        on MADV_PAGEOUT of a page:
            go otherwise;
        """);
    Path file = dir.resolve("sub/mine.kernel");
    Files.writeString(
        file,
        """
        kernel mine extends "../base.kernel"
          "My rules"
          claims I1;
        users:
            vmsplice: pin fast may-wait;
        """);
    Resolution resolution = LIBRARY.resolve(file.toString());
    Kernel kernel = resolution.orThrow();
    assertThat(resolution).isEqualTo(new Resolution.Found(kernel, file.toString(), ""));
    assertThat(kernel.name()).isEqualTo("mine");
    assertThat(kernel.base()).contains("base");
    assertThat(kernel.claims()).containsExactly(Invariant.I1);
    assertThat(kernel.user("vmsplice").attempts())
        .containsExactly(GupFlags.FOLL_PIN | GupFlags.FAST | GupFlags.MAY_WAIT);
    assertThat(kernel.decision(DecisionPoint.PAGEOUT).rule(0).name())
        .isEqualTo("base \"MADV_PAGEOUT of a page\" rule 1: go otherwise");
    assertThat(kernel.decision(DecisionPoint.WP_FAULT).rule(3).name())
        .isEqualTo("v5.9 \"a fault on a read-only page\" rule 4: copy when ksm or refcount != 1");
  }

  @Test
  void aBareNameWithTheSuffixIsAFileBesideTheOther() throws IOException {
    Files.writeString(dir.resolve("a.kernel"), "kernel a extends v5.7");
    assertThat(load("b.kernel", "kernel b extends a.kernel").orThrow().base()).contains("a");
  }

  @Test
  void aCycleIsAnError() throws IOException {
    Files.writeString(dir.resolve("a.kernel"), "kernel a extends \"./b.kernel\"");
    assertThat(failure(load("b.kernel", "kernel b extends ./a.kernel")))
        .contains("a.kernel:1:18: error: the kernel extends itself")
        .contains("b.kernel:1:18: error: the kernel that this one extends has mistakes");
  }

  @Test
  void aLongChainIsAnError() throws IOException {
    for (int i = 0; i < 70; i++) {
      Files.writeString(
          dir.resolve("k" + i + ".kernel"),
          "kernel k" + i + " extends " + (i == 0 ? "v5.7" : "k" + (i - 1) + ".kernel"));
    }
    assertThat(failure(LIBRARY.resolve(dir.resolve("k69.kernel").toString())))
        .contains("more than 64 kernels extend each other");
    assertThat(LIBRARY.resolve(dir.resolve("k60.kernel").toString()).orThrow().name())
        .isEqualTo("k60");
  }

  @Test
  void mistakesOfTheBaseComeFirst() throws IOException {
    Files.writeString(dir.resolve("a.kernel"), "kernel a extends v5.7\non swap-out: none;");
    String text = failure(load("b.kernel", "kernel b extends a.kernel\non swap-inn: none;"));
    assertThat(text.lines().filter(line -> line.contains("error:")).map(this::withoutPlace))
        .containsExactly(
            "there is no decision `swap-out`",
            "the kernel that this one extends has mistakes",
            "there is no decision `swap-inn`");
  }

  @Test
  void aMissingFileIsAnError() throws IOException {
    assertThat(failure(LIBRARY.resolve("./none.kernel")))
        .isEqualTo("./none.kernel: error: there is no such file\n");
    assertThat(failure(load("b.kernel", "kernel b extends none.kernel")))
        .contains("none.kernel: error: there is no such file")
        .contains("b.kernel:1:18: error: the kernel that this one extends has mistakes");
    assertThat(failure(LIBRARY.resolve("a\0/b"))).contains("this is not a path");
  }

  private String withoutPlace(String line) {
    return line.substring(line.indexOf("error: ") + "error: ".length());
  }

  private Resolution load(String name, String text) throws IOException {
    return LIBRARY.resolve(Files.writeString(dir.resolve(name), text).toString());
  }

  private static String failure(Resolution resolution) {
    return switch (resolution) {
      case Resolution.Found found -> "found " + found.file();
      case Resolution.Failed(var diagnostics) -> diagnostics.render();
    };
  }
}
