package cowherd.report;

import cowherd.explore.CheckResult;
import cowherd.explore.Costs;
import cowherd.kernel.KernelLibrary;
import cowherd.report.Look.Ink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What complete runs cost, from the cheapest to the dearest, for each test and kernel. */
public final class CostsReport {
  private static final List<String> HEADINGS =
      List.of("faults", "copies", "needless", "flushes", "splits");

  private CostsReport() {}

  /** A table; {@code *} stands where a loop makes a run as dear as one likes. */
  public static String text(CheckRun run, Look look) {
    List<List<String>> rows = new ArrayList<>();
    for (int test = 0; test < run.tests().size(); test++) {
      rows.addAll(rows(run, test));
    }
    return Tables.text(heading(), rows, look, Ink.HEADING);
  }

  private static List<String> heading() {
    List<String> heading = new ArrayList<>(HEADINGS);
    heading.addFirst("test");
    heading.addLast("kernels");
    return heading;
  }

  private static List<List<String>> rows(CheckRun run, int test) {
    KernelLabels labels = new KernelLabels(KernelLibrary.builtIn());
    Map<List<String>, List<KernelColumn>> byCosts = new LinkedHashMap<>();
    for (int k = 0; k < run.kernels().size(); k++) {
      List<String> costs = cells(run.cell(test, k).graded().result());
      byCosts.computeIfAbsent(costs, key -> new ArrayList<>()).add(run.kernels().get(k));
    }
    List<List<String>> rows = new ArrayList<>();
    byCosts.forEach((costs, kernels) -> {
      List<String> row = new ArrayList<>(costs);
      row.addFirst(rows.isEmpty() ? run.label(test) : "");
      row.addLast(labels.line(kernels));
      rows.add(row);
    });
    return rows;
  }

  private static List<String> cells(CheckResult result) {
    Optional<Costs> costs = result.costs();
    if (costs.isEmpty()) {
      return List.of(Words.symbol(result.verdict()), "", "", "", "");
    }
    Costs c = costs.get();
    return List.of(
        c.faults().toString(),
        c.copies().toString(),
        c.needlessCopies().toString(),
        c.flushes().toString(),
        c.splits().toString());
  }
}
