package cowherd.library;

import cowherd.kernel.KernelLibrary;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The verdict matrix of the written semantics (13.3) for base pages and hugetlb, transcribed by
 * hand and not from the test library. Rows are scenarios, columns are policies; kernels that the
 * matrix has no column for follow what the text says of them.
 */
final class VerdictMatrix {
  /**
   * A scenario.
   *
   * @param id its number, and a word where the matrix has several rows of it
   * @param from what the {@code from} of a library test of this scenario looks like
   * @param cells a cell for each of {@link #POLICIES}
   */
  record Row(String id, Pattern from, List<String> cells) {
    String cell(String policy) {
      return cells.get(POLICIES.indexOf(policy));
    }

    @Override
    public String toString() {
      return id;
    }
  }

  static final List<String> POLICIES =
      List.of(
          "P1", "P2", "P3a", "P3b", "P3c", "P3d", "P4a", "P4b", "P4c", "P5a", "P5b", "P6a", "P6c");

  /** Columns of the matrix, and the text below it: P3e is P3d, save for userfaultfd. */
  private static final Map<String, String> POLICY = new LinkedHashMap<>();

  static {
    policy("P1", "v5.7");
    policy("P2", "v5.8");
    policy("P3a", "peterx-v1");
    policy("P3b", "peterx-v2");
    policy("P3c", "peterx-v3");
    policy("P3d", "peterx-v3-fix", "wrong-side-ok");
    policy("P4a", "v5.9");
    // 5.10.y: 5.9 with write_protect_seq and the test for pins in reclaim, which are all of P4b
    policy("P4b", "v5.10-stable", "v5.11", "v5.12", "v5.14", "v5.16");
    policy("P4c", "v5.18");
    policy("P5a", "unshare-v1");
    policy("P5b", "unshare-v1-mapcount");
    // P6b is P6a for base pages, P6d and P6e are P6c
    policy("P6a", "v5.19", "v6.0", "v6.1");
    for (int minor = 2; minor <= 15; minor++) {
      policy("P6c", "v6." + minor);
    }
    policy("P3i", "horn-intent");
  }

  static final List<Row> ROWS =
      List.of(
          row("S01", "MISS ok MISS MISS MISS ok ok ok ok ok ok ok ok"),
          row("S01p", "MISS ok MISS MISS MISS ok ok ok ok ok ok ok ok"),
          row("S01f", "MISS ok MISS MISS MISS ok ok ok ok ok ok ok ok"),
          row("S02", "tol tol tol tol tol tol ok ok ok ok/tol ok/tol ok ok"),
          row(
              "S03 GET",
              "S03 with FOLL_GET",
              "stale ok stale stale stale ok stale stale stale stale stale stale stale"),
          row(
              "S03 PIN",
              "S03 with PIN LONGTERM",
              "WRONG ok WRONG WRONG WRONG ok WRONG WRONG WRONG WRONG WRONG WRONG ok"),
          row("S04", "MISS MISS MISS MISS MISS MISS ok ok ok ok MISS ok ok"),
          row("S04p", "MISS MISS MISS MISS MISS MISS ok ok ok ok ok ok ok"),
          row(
              "S04 hugetlb",
              "S04 with GET, hugetlb",
              "MISS MISS MISS MISS MISS MISS MISS MISS MISS MISS MISS MISS MISS"),
          row(
              "S04p hugetlb",
              "S04p with hugetlb",
              "MISS MISS MISS MISS MISS MISS MISS ok ok ok ok ok ok"),
          row(
              "S04 THP",
              "S04 with THP",
              "MISS MISS MISS MISS MISS MISS MISS MISS ok MISS MISS ok ok"),
          row("S05 THP", "S05 with THP", "ok ok ok ok ok ok ok ok WRONG ok ok ok ok"),
          row("S09 THP", "S09 with THP", "ok HANG ok ok ok HANG ok ok ok ok ok ok ok"),
          row("S20 THP", "S20t", "MISS ok MISS MISS MISS ok MISS MISS ok ok ok ok ok"),
          row("S05", "ok ok ok ok ok ok WRONG WRONG WRONG WRONG ok ok ok"),
          row("S05g", "ok ok ok ok ok ok WRONG WRONG WRONG WRONG ok WRONG WRONG"),
          row("S05 hugetlb", "S05 with pin, hugetlb", "ok ok ok ok ok ok ok ok ok ok ok ok ok"),
          row("S06", "ok ok ok ok ok ok WRONG WRONG WRONG WRONG ok ok ok"),
          row("S09", "ok HANG ok ok ok LOST ok ok ok ok ok ok ok"),
          row("S09s", "ok HANG ok LOST LOST LOST ok ok ok ok ok ok ok"),
          row("S09b", "ok EFLT ok ok ok LOST ok ok ok ok ok ok ok"),
          row("S20", "MISS ok MISS MISS MISS ok ok ok ok ok ok ok ok"),
          row("S20s", "MISS ok MISS MISS MISS ok MISS MISS ok ok ok ok ok"),
          row(
              "S20h GET",
              "S20h with GET",
              "MISS ok MISS MISS MISS MISS MISS MISS MISS ok ok MISS MISS"),
          row(
              "S20h PIN",
              "S20h with PIN",
              "MISS ok MISS MISS MISS MISS MISS MISS MISS ok ok ok ok"),
          row("S21", "WRONG ok WRONG WRONG WRONG ok WRONG WRONG WRONG WRONG ok ok ok"),
          row("S22", "ok ok ok ok ok ok WRONG WRONG WRONG WRONG ok ok ok"),
          row("S22p", "ok ok ok ok ok ok WRONG ok ok ok ok ok ok"),
          row("S22r", "ok ok ok ok ok ok WRONG R:WRONG R:WRONG R:WRONG ok ok ok"),
          row("S23 GET", "S23 GET", "ok ok ok ok ok ok WRONG WRONG WRONG WRONG ok ok ok"),
          row("S23 PIN", "S23 PIN", "ok ok ok ok ok ok WRONG ok ok ok ok ok ok"),
          row("S23m", "ok ok ok ok ok ok WRONG WRONG WRONG WRONG ok ok ok"),
          // ok,R(fast): the race of the fast path is S24x
          row("S24", "WRONG WRONG WRONG WRONG WRONG WRONG ok ok ok ok ok ok ok"),
          row(
              "S24 hugetlb",
              "S24 with hugetlb",
              "WRONG WRONG WRONG WRONG WRONG WRONG WRONG ok ok ok ok ok ok"),
          // below the matrix: what the device writes is lost for the parent and reaches the child
          row(
              "S24w hugetlb",
              "S24w with hugetlb",
              "LOST-DMA LOST-DMA LOST-DMA LOST-DMA LOST-DMA LOST-DMA LOST-DMA ok ok ok ok ok ok"),
          row(
              "S24g",
              "WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG WRONG"),
          row("S24x", "WRONG WRONG WRONG WRONG WRONG WRONG R:WRONG ok ok ok ok ok ok"),
          row("S25", "stale ok stale stale stale ok stale stale stale stale stale ok ok"),
          // by 14, Q2: a pin of anonymous memory is promised what a plain reference is not
          row(
              "S25 PIN",
              "S25 with FOLL_PIN",
              "WRONG ok WRONG WRONG WRONG ok WRONG WRONG WRONG WRONG WRONG ok ok"),
          row("S26", "WRONG ok WRONG WRONG WRONG ok WRONG WRONG WRONG WRONG WRONG WRONG ok"),
          row("S27", "ok ok ok ok ok ok ok ok ok ok ok ok ok"),
          // n/a is undefined; P4b: vulnerable from 5.16, P6a: ok from 6.0, see cell
          row(
              "S28",
              "undefined undefined undefined undefined undefined undefined undefined ok"
                  + " R:WRONG R:WRONG R:WRONG R:WRONG ok"),
          // P4b: ok from 5.12, see cell
          row("S29", "ok ok ok ok ok ok R:WRONG ok ok ok ok ok ok"),
          row(
              "S30",
              "S30; (?!kernels.md: 64)",
              "none none none none none none extra extra mostly extra none none none"),
          // below the matrix: a fresh page copies, a drained one never does
          row(
              "S30 drained",
              "S30; kernels.md: 64",
              "none none none none none none none none none none none none none"),
          // no rows of the matrix: the expected outcome stands with the scenario
          row("S10", "ok ok ok ok ok ok ok ok ok ok ok ok ok"),
          row("S11", "S11; Horn", "MISS ok MISS MISS MISS ok ok ok ok ok ok ok ok"),
          // with the page swapped out: in P3b and P3c only absent PTEs reach the fault that breaks;
          // where swap-in goes by mapcount, B's store swaps in the page that A references
          row("S11 absent", "S11; Xu", "MISS ok MISS ok ok ok MISS MISS ok MISS MISS ok ok"),
          row("S31", "ok ok ok ok ok ok ok ok ok ok ok ok ok"),
          row("S32", "ok ok ok ok ok ok ok ok ok ok ok ok ok"),
          row("S33", "ok ok ok ok ok ok ok ok ok ok ok ok ok"),
          row("S34", "ok ok ok ok ok ok ok ok ok ok ok ok ok"),
          row("S35", "ok ok ok ok ok ok ok ok ok ok ok ok ok"));

  /**
   * Cells that are not their column's: no MINOR faults before 5.14, the window from 5.16 to 5.19.
   */
  private static final Map<String, String> S28 =
      Map.of(
          "v5.10-stable", "undefined",
          "v5.11", "undefined",
          "v5.12", "undefined",
          "v5.16", "R:WRONG",
          "v6.0", "ok",
          "v6.1", "ok");

  /** P4b before 5.12; what the text says of 5.10.y has no step 0 of 8.2. */
  private static final Set<String> BEFORE_LATE_FLUSH_FIX = Set.of("v5.10-stable", "v5.11");

  private VerdictMatrix() {}

  private static void policy(String policy, String... kernels) {
    Arrays.stream(kernels).forEach(kernel -> POLICY.put(kernel, policy));
  }

  /**
   * A row whose tests name the bare number first: "semantics 13: S24; ...", not S24g, not "S24 with
   * ...", and not a test of another section that has the scenario in mind.
   */
  private static Row row(String id, String cells) {
    return row(id, id + "(?![a-z]| with| by )", cells);
  }

  private static Row row(String id, String from, String cells) {
    List<String> list = List.of(cells.split(" "));
    if (list.size() != POLICIES.size()) {
      throw new IllegalStateException("VerdictMatrix.row: " + id + " has " + list.size());
    }
    return new Row(id, Pattern.compile("^semantics ([\\d.]+ and )?13: " + from), list);
  }

  /**
   * The matrix names no other kernel before the next row of the name table: it is the one below.
   */
  private static String withCells(String kernel) {
    String at = kernel;
    while (!POLICY.containsKey(at)) {
      String named = at;
      at =
          KernelLibrary.builtIn()
              .get(at)
              .base()
              .orElseThrow(() -> new IllegalStateException("VerdictMatrix: no policy of " + named));
    }
    return at;
  }

  /** The cell of a kernel, {@code undefined} where nobody said what should happen. */
  static String cell(Row row, String kernel) {
    String policy = POLICY.get(withCells(kernel));
    if (policy == null) {
      throw new IllegalStateException("VerdictMatrix.cell: no policy of " + kernel);
    }
    // pinned pages of hugetlb are shared at fork until 5.12: the column's "ok (5.12+)"
    boolean hugetlb = row.id().endsWith(" hugetlb");
    if (hugetlb && (kernel.equals("v5.10-stable") || kernel.equals("v5.11"))) {
      return row.cell("P4a");
    }
    if (row.id().equals("S28") && S28.containsKey(kernel)) {
      return S28.get(kernel);
    }
    if (row.id().equals("S29") && BEFORE_LATE_FLUSH_FIX.contains(kernel)) {
      return "R:WRONG";
    }
    boolean uffd = List.of("S09", "S09s", "S09b", "S29", "S31").contains(row.id());
    if (kernel.equals("wrong-side-ok") && uffd) {
      return "undefined";
    }
    if (policy.equals("P3i")) {
      return hugetlb ? "undefined" : hornIntent(row);
    }
    return row.cell(policy);
  }

  /** S01 to S06 as P5b except S04p, which stays MISS; S09 ok; its other cells are undefined. */
  private static String hornIntent(Row row) {
    if (row.id().equals("S04p")) {
      return "MISS";
    }
    if (row.id().endsWith(" THP")) {
      return "undefined";
    }
    if (row.id().startsWith("S09")) {
      return "ok";
    }
    boolean early = row.id().compareTo("S07") < 0;
    return early ? row.cell("P5b") : "undefined";
  }
}
