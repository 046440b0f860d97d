package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.Verdict;
import cowherd.operation.PropertyName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Verdicts as {@code expect} statements: one for each different answer. */
final class ExpectationText {
  private final KernelLibrary library = KernelLibrary.builtIn();

  /**
   * The statements, one a line.
   *
   * @param results checks of one test on built-in kernels
   */
  String of(List<CheckResult> results) {
    Map<String, List<KernelColumn>> byAnswer = new LinkedHashMap<>();
    for (CheckResult result : results) {
      String name = result.kernel().name();
      byAnswer
          .computeIfAbsent(answer(result), _ -> new ArrayList<>())
          .add(new KernelColumn(name, result.kernel(), name, ""));
    }
    StringBuilder out = new StringBuilder();
    String holds = Verdict.HOLDS.word();
    byAnswer.forEach((answer, kernels) -> {
      if (!answer.equals(holds)) {
        out.append("expect ").append(answer).append(" on ").append(names(kernels)).append(";\n");
      }
    });
    if (byAnswer.containsKey(holds)) {
      out.append("expect holds elsewhere;\n");
    }
    return out.toString();
  }

  /** Releases, and then the others: a range is one of neighbours among the releases. */
  private String names(List<KernelColumn> kernels) {
    List<KernelColumn> sorted = new ArrayList<>(kernels);
    List<String> releases = library.releases();
    sorted.sort(
        java.util.Comparator.comparing((KernelColumn k) -> !releases.contains(k.file()))
            .thenComparing(k -> library.names().indexOf(k.file())));
    return new KernelLabels(library).line(sorted);
  }

  private static String answer(CheckResult result) {
    String words = result.verdict().word();
    if (result.verdict() == Verdict.VIOLATED) {
      List<String> properties =
          Arrays.stream(PropertyName.values()).map(PropertyName::word).toList();
      String broken =
          result.broken().stream()
              .map(c -> c.name())
              .filter(properties::contains)
              .distinct()
              .collect(Collectors.joining(", "));
      words += broken.isEmpty() ? "" : " " + broken;
      words += result.inRace() ? " in a race" : "";
    }
    return words;
  }
}
