package cowherd.library;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.CheckResult;
import cowherd.explore.Condition;
import cowherd.library.Library.Case;
import cowherd.library.Library.Outcome;
import cowherd.library.VerdictMatrix.Row;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cells of the matrix of the written semantics come out by exhaustive search. A cell that the
 * search judges otherwise stands in {@link #EXCEPTIONS}, with what it judges and why.
 */
class VerdictMatrixTest {
  /** Row and kernel; what the search finds instead of the cell. */
  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          // The matrix was reasoned sequentially here. GUP-fast reads the PTE again (B4); another
          // thread of A unmaps, which lowers mapcount to 1 (UNMAP-1); the unshare test (B5) reads
          // mapcount 1 and keeps the reference of a page that B still maps. B's store then reuses
          // it: B is the only mapper. Under refcount COW (unshare-v1) that store copies.
          "S01f unshare-v1-mapcount", "R:MISS");

  static List<Row> rows() {
    return VerdictMatrix.ROWS;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theSearchFindsWhatTheMatrixSays(Row row) {
    List<String> wrong = new ArrayList<>();
    int tests = 0;
    for (Map.Entry<Case, Outcome> entry : Library.outcomes().entrySet()) {
      Case one = entry.getKey();
      if (carries(one.test(), row)) {
        tests++;
        String cell =
            EXCEPTIONS.getOrDefault(
                row.id() + " " + one.kernel(), VerdictMatrix.cell(row, one.kernel()));
        if (!agrees(cell, row, one.test(), entry.getValue().result())) {
          wrong.add(one + ": the cell is " + cell + ", found " + found(entry.getValue().result()));
        }
      }
    }
    assertThat(wrong).as(row.id()).isEmpty();
    assertThat(tests).as("tests of " + row.id()).isPositive();
  }

  @Test
  void everyKernelHasItsCells() {
    for (String kernel : Library.kernels()) {
      for (Row row : VerdictMatrix.ROWS) {
        assertThat(VerdictMatrix.cell(row, kernel)).isNotEmpty();
      }
    }
  }

  private static boolean carries(LitmusTest test, Row row) {
    return test.sources().stream().anyMatch(from -> row.from().matcher(from).find());
  }

  private static boolean agrees(String cell, Row row, LitmusTest test, CheckResult result) {
    return switch (cell) {
      case "undefined", "ok/tol" -> true;
      case "ok" -> isTolerance(test) ? !reachesTolerated(result) : holds(result);
      case "tol" -> isTolerance(test) ? reachesTolerated(result) : holds(result);
      case "stale" -> holds(result);
      case "MISS" -> violates(result, "no-foreign-data") && !result.inRace();
      case "R:MISS" -> violates(result, "no-foreign-data") && result.inRace();
      case "WRONG" -> isWrong(row, result) && !result.inRace();
      case "R:WRONG" -> isWrong(row, result) && result.inRace();
      case "LOST" -> lost(row, test, result);
      case "HANG" -> result.verdict() == Verdict.HANGS;
      case "EFLT", "LOST-DMA" -> violates(result, "always");
      case "none" -> holds(result) && needless(result) == 0;
      case "extra" -> holds(result) && needless(result) > 0;
      case "mostly" -> holds(result);
      default -> throw new IllegalStateException("VerdictMatrixTest.agrees: cell " + cell);
    };
  }

  /** A test whose condition is that the tolerated, or the stale, outcome is reachable. */
  private static boolean isTolerance(LitmusTest test) {
    return test.sources().stream().anyMatch(from -> from.contains("cells tol"))
        || test.sources().stream().anyMatch(from -> from.contains("cells stale"));
  }

  private static boolean reachesTolerated(CheckResult result) {
    return result.unreached().isEmpty() && holds(result);
  }

  private static boolean holds(CheckResult result) {
    return result.verdict() == Verdict.HOLDS;
  }

  private static boolean violates(CheckResult result, String condition) {
    return result.verdict() == Verdict.VIOLATED
        && result.broken().stream().map(Condition::name).anyMatch(condition::equals);
  }

  /** A pin that is left behind; for a plain reference the named property, or the test's own. */
  private static boolean isWrong(Row row, CheckResult result) {
    return switch (row.id()) {
      case "S22", "S23 GET" -> violates(result, "get-coherent");
      case "S05g", "S24g", "S28", "S29" -> violates(result, "always");
      default -> violates(result, "pin-coherent");
    };
  }

  /** The umap row without a later store cannot show that a later store goes unnoticed. */
  private static boolean lost(Row row, LitmusTest test, CheckResult result) {
    boolean stores = test.name().equals("umap-evict") && row.id().equals("S09");
    return stores ? holds(result) : violates(result, "no-lost-wp");
  }

  private static int needless(CheckResult result) {
    return result.costs().orElseThrow().needlessCopies().most();
  }

  private static String found(CheckResult result) {
    return Library.told(result)
        + result.costs().map(costs -> " needless " + costs.needlessCopies()).orElse("");
  }
}
