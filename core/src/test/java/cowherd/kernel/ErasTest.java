package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The tables of what each kernel decides (semantics, sections 4, 8, 10 and 11), asked of the kernel
 * files. A column is a kernel, a cell the actions that are taken until one ends the decision.
 */
class ErasTest {
  private static final List<String> COLUMNS =
      List.of(
          "v5.7",
          "v5.8",
          "peterx-v1",
          "peterx-v2",
          "peterx-v3",
          "peterx-v3-fix",
          "horn-intent",
          "v5.9",
          "v5.11",
          "v5.18",
          "unshare-v1",
          "unshare-v1-mapcount",
          "v5.19",
          "v6.2",
          "v6.15");

  /** A decision, what is so, and one cell for each column; {@code ''} repeats the cell before. */
  record Row(DecisionPoint point, String situation, String cells) {}

  static final List<Row> ROWS =
      List.of(
          // read GUP
          new Row(
              DecisionPoint.GUP_FLAGS,
              "foll_get cow_mapping",
              "as-asked|as-write|as-asked|break-cow|'|'|'|as-asked|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_FLAGS, "foll_pin shared", "as-asked|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_READ,
              "foll_get foll_break_cow anon mapcount=2 refcount=2",
              "take|'|'|'|'|fault|fault|take|take|take|unshare|unshare|take|take|take"),
          new Row(
              DecisionPoint.GUP_READ,
              "foll_pin foll_break_cow anon mapcount=2 refcount=2",
              "take|'|'|'|'|fault|fault|take|take|take|unshare|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_READ,
              "foll_pin foll_break_cow anon mapcount=1 refcount=1",
              "take|'|'|'|'|fault|take|'|'|'|take|take|unshare|unshare|unshare"),
          new Row(
              DecisionPoint.GUP_READ,
              "foll_pin anon exclusive mapcount=1 refcount=1",
              "take|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_READ,
              "foll_pin anon ksm mapcount=2 refcount=2",
              "take|'|'|'|'|'|'|'|'|'|'|'|unshare|'|'"),
          new Row(
              DecisionPoint.GUP_READ,
              "foll_pin foll_longterm zero cow_mapping",
              "take|'|'|'|'|'|'|'|'|'|'|'|'|unshare|unshare"),
          new Row(
              DecisionPoint.GUP_READ,
              "foll_pin zero cow_mapping",
              "take|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_READ,
              "foll_pin foll_longterm file shared",
              "take|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_FAST_READ,
              "foll_get anon",
              "take|slow|'|'|'|'|'|take|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_FAST_READ,
              "foll_get anon fast_only",
              "take|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_FAST_RECHECK,
              "foll_pin anon mapcount=2",
              "keep|'|'|'|'|'|'|'|'|'|undo|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_FAST_RECHECK,
              "foll_get anon mapcount=2",
              "keep|'|'|'|'|'|'|'|'|'|undo|undo|keep|keep|keep"),
          new Row(
              DecisionPoint.GUP_FAST_RECHECK,
              "foll_pin foll_longterm file",
              "keep|'|'|'|'|'|'|'|'|'|'|'|'|undo|undo"),
          new Row(
              DecisionPoint.GUP_FAST_START,
              "foll_pin fork_running",
              "go|'|'|'|'|'|'|'|slow|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_FAST_END,
              "foll_pin fork_ran",
              "keep|'|'|'|'|'|'|'|undo|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_FAST_END, "foll_get fork_ran", "keep|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          // write GUP
          new Row(
              DecisionPoint.GUP_WRITE,
              "foll_write foll_cow dirty cow_mapping",
              "fault|take|'|'|'|'|'|fault|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.GUP_WRITE,
              "foll_write foll_force foll_cow dirty cow_mapping",
              "take|'|'|'|'|'|'|'|'|'|'|'|'|fault|fault"),
          new Row(
              DecisionPoint.GUP_WRITE,
              "foll_write foll_force anon exclusive cow_mapping",
              "fault|'|'|'|'|'|'|'|'|'|'|'|'|take|take"),
          // write faults
          new Row(
              DecisionPoint.WP_FAULT,
              "write uffd_wp anon mapcount=1 refcount=1 exclusive",
              "event|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.WP_FAULT,
              "breaks_cow uffd_wp anon mapcount=1 refcount=1",
              "event|event|event|reuse|'|'|'|event|event|event|event|event|reuse|reuse|reuse"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write anon mapcount=1 refcount=1",
              "reuse|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write anon mapcount=1 refcount=2",
              "reuse|'|'|'|'|'|'|copy|copy|copy|copy|reuse|copy|copy|copy"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write anon mapcount=1 refcount=9 exclusive",
              "reuse|'|'|'|'|'|'|copy|copy|copy|copy|reuse|reuse|reuse|reuse"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write anon mapcount=2 refcount=2",
              "copy|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write anon mapcount=1 refcount=2 locked",
              "sleep|'|'|'|'|'|'|copy|copy|copy|copy|sleep|copy|copy|copy"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write anon mapcount=1 swapcount=1 swapcache refcount=2 swapcache_references=1",
              "copy|'|'|'|'|'|'|copy|copy|drop-swapcache copy|copy|copy"
                  + "|drop-swapcache copy|'|'"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write anon mapcount=1 swapcache refcount=2 swapcache_references=1",
              "drop-swapcache reuse|'|'|'|'|'|'|copy|copy|drop-swapcache copy|copy"
                  + "|drop-swapcache reuse|drop-swapcache copy|'|'"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write anon ksm mapcount=1 refcount=1",
              "reuse|'|'|'|'|'|'|copy|'|'|'|'|'|'|'"),
          new Row(DecisionPoint.WP_FAULT, "write zero", "copy|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(DecisionPoint.WP_FAULT, "write file shared", "reuse|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.WP_FAULT,
              "write file mapcount=1 refcount=2",
              "copy|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          // swap-in; the PTE's own entry counts until it is freed
          new Row(
              DecisionPoint.SWAP_IN,
              "write vma_write anon swapcache swapcount=1 refcount=2 swapcache_references=1",
              "map-writable free-entry|'|'|'|'|'|'|'|'|free-entry drop-swapcache"
                  + "|map-writable free-entry|'|free-entry drop-swapcache|'|'"),
          new Row(
              DecisionPoint.SWAP_IN,
              "write vma_write anon swapcount=0 refcount=1",
              "map-writable free-entry drop-swapcache|'|'|'|'|'|'|'|'|free-entry map-writable"
                  + "|map-writable free-entry drop-swapcache|'|free-entry map-exclusive|'|'"),
          new Row(
              DecisionPoint.SWAP_IN,
              "vma_write anon exclusive swap_exclusive swapcache refcount=2",
              "free-entry|'|'|'|'|'|'|'|'|'|'|'"
                  + "|map-exclusive free-entry|'|map-exclusive free-entry map-writable"),
          new Row(
              DecisionPoint.SWAP_IN,
              "write vma_write anon exclusive swap_exclusive swapcache refcount=3 vma_locked",
              "map-writable free-entry drop-swapcache drop-swapcache|'|'|'|'|'|'|'|'"
                  + "|free-entry drop-swapcache"
                  + "|map-writable free-entry drop-swapcache drop-swapcache|'"
                  + "|map-exclusive free-entry drop-swapcache map-writable|'|'"),
          // fork
          new Row(
              DecisionPoint.FORK_PAGE,
              "anon mm_has_pinned maybe_pinned cow_mapping",
              "share|'|'|'|'|'|'|copy|'|'|'|'|share|'|'"),
          new Row(
              DecisionPoint.FORK_PAGE,
              "anon exclusive mm_has_pinned maybe_pinned cow_mapping",
              "share|'|'|'|'|'|'|copy|'|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.FORK_PAGE,
              "anon exclusive maybe_pinned cow_mapping",
              "share|'|'|'|'|'|'|'|'|'|'|'|clear-exclusive share|'|'"),
          new Row(
              DecisionPoint.FORK_ENTRY,
              "swap_exclusive",
              "|'|'|'|'|'|'|'|'|'|'|'|clear-exclusive|'|'"),
          // reclaim
          new Row(DecisionPoint.RECLAIM, "anon maybe_pinned", "go|'|'|'|'|'|'|'|skip|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.RECLAIM_PTE,
              "anon exclusive maybe_pinned",
              "unmap|'|'|'|'|'|'|'|'|'|'|'|restore|'|'"),
          new Row(
              DecisionPoint.RECLAIM_PTE,
              "anon exclusive",
              "unmap|'|'|'|'|'|'|'|'|'|'|'|carry-exclusive unmap|'|'"),
          new Row(DecisionPoint.CLEAR_REFS, "", "read-lock|'|'|'|'|'|'|'|write-lock|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.CLEAR_REFS_PTE,
              "anon writable cow_mapping mm_has_pinned maybe_pinned",
              "clear-soft-dirty|'|'|'|'|'|'|'|skip|'|'|'|'|'|'"),
          new Row(
              DecisionPoint.CLEAR_REFS_PTE,
              "anon cow_mapping mm_has_pinned maybe_pinned",
              "clear-soft-dirty|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(DecisionPoint.PAGEOUT, "mapcount=2", "skip|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          // PTE bits
          new Row(
              DecisionPoint.REUSING,
              "write vma_write anon",
              "set-dirty set-writable|'|'|'|'|'|'|'|'|'|'|'"
                  + "|set-exclusive set-dirty set-writable|'|'"),
          new Row(
              DecisionPoint.REUSING,
              "breaks_cow vma_write uffd_wp",
              "set-dirty set-writable|'|'|'|'|'|set-dirty|set-dirty set-writable|'|'|'|'||'|'"),
          new Row(
              DecisionPoint.INSTALLING,
              "breaks_cow vma_write uffd_wp",
              "set-dirty set-writable|'|'|'|set-dirty keep-uffd-wp|'|'"
                  + "|set-dirty set-writable|'|'||'|'|'|'"),
          new Row(
              DecisionPoint.INSTALLING,
              "write vma_write",
              "set-dirty set-writable|'|'|'|'|'|'|'|'|'|'|'|'|'|'"),
          new Row(DecisionPoint.FRESH, "anon", "|'|'|'|'|'|'|'|'|'|'|'|set-exclusive|'|'"));

  @ParameterizedTest
  @FieldSource("ROWS")
  void eachKernelDecidesAsTheTableSays(Row row) {
    String[] cells = row.cells().split("\\|", -1);
    assertThat(cells).hasSameSizeAs(COLUMNS);
    for (int i = 0; i < cells.length; i++) {
      if (cells[i].equals("'")) {
        cells[i] = cells[i - 1];
      }
    }
    assertThat(
            COLUMNS.stream()
                .map(name ->
                    name
                        + ": "
                        + Situation.actions(
                            KernelLibrary.builtIn().get(name), row.point(), row.situation())))
        .containsExactlyElementsOf(
            COLUMNS.stream().map(name -> name + ": " + cells[COLUMNS.indexOf(name)]).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "unshare-v1, unsharing anon mapcount=2, copy",
    "unshare-v1, unsharing anon mapcount=1 refcount=9, nothing",
    "unshare-v1, unsharing anon ksm mapcount=2, nothing",
    "unshare-v1, unsharing zero, nothing",
    "unshare-v1, unsharing anon uffd_wp mapcount=2, copy",
    "unshare-v1-mapcount, unsharing anon locked mapcount=2, copy",
    "v5.19, unsharing anon uffd_wp mapcount=2 refcount=2, copy",
    "v5.19, unsharing anon mapcount=1 refcount=1, reuse",
    "v5.19, unsharing anon exclusive mapcount=1 refcount=9, reuse",
    "v5.19, unsharing zero, nothing",
    "v5.19, unsharing file, nothing",
    "v6.1, unsharing zero, nothing",
    "v6.2, unsharing zero, copy",
    "v6.2, unsharing file mapcount=1 refcount=2, copy",
    "v6.2, unsharing anon mapcount=2 refcount=2, copy",
  })
  void anUnshareFault(String kernel, String situation, String actions) {
    assertThat(
            Situation.actions(
                KernelLibrary.builtIn().get(kernel), DecisionPoint.WP_FAULT, situation))
        .isEqualTo(actions);
  }

  @ParameterizedTest
  @CsvSource({
    "unshare-v1, unsharing vma_write uffd_wp, keep-uffd-wp",
    "unshare-v1, unsharing vma_write, ''",
    "v6.2, unsharing vma_write uffd_wp, keep-uffd-wp",
    "v6.2, write, set-dirty",
  })
  void theCopyOfAnUnshareFault(String kernel, String situation, String actions) {
    assertThat(
            Situation.actions(
                KernelLibrary.builtIn().get(kernel), DecisionPoint.INSTALLING, situation))
        .isEqualTo(actions);
  }

  @ParameterizedTest
  @CsvSource({
    "v5.9, FORK_COPY, vma_write uffd_wp child_uffd_wp, set-dirty set-writable",
    "v5.10-stable, FORK_COPY, vma_write uffd_wp child_uffd_wp, set-dirty keep-uffd-wp",
    "v5.12, FORK_COPY, vma_write uffd_wp child_uffd_wp, set-dirty set-writable",
    "v5.14, FORK_COPY, vma_write uffd_wp child_uffd_wp, set-dirty keep-uffd-wp",
    "v5.14, FORK_COPY, vma_write uffd_wp, set-dirty set-writable",
    "v5.10-stable, RECLAIM, maybe_pinned, skip",
    "v5.10-stable, GUP_FAST_END, foll_pin fork_ran, undo",
    "v5.19, MPROTECT_GRANT, dirty exclusive, ''",
    "v6.0, MPROTECT_GRANT, dirty exclusive, set-writable",
    "v6.1, MPROTECT_GRANT, exclusive, ''",
    "v6.2, MPROTECT_GRANT, exclusive, set-writable",
    "v6.2, MPROTECT_GRANT, exclusive uffd_wp, ''",
    "v6.2, UFFD_UNPROTECT, vma_write exclusive, ''",
    "v6.3, UFFD_UNPROTECT, vma_write exclusive, set-writable",
    "v6.3, UFFD_UNPROTECT, vma_write, ''",
    "v5.7, KSM_PROTECT, writable, protect",
    "v5.7, KSM_PROTECT, exclusive, skip",
    "v5.18, KSM_PROTECT, dirty, protect",
    "v5.19, KSM_PROTECT, exclusive, protect",
    "v5.19, KSM_PROTECT, '', skip",
    "v5.7, KSM_CHECK, refcount=2 mapcount=1, go",
    "v5.7, KSM_CHECK, refcount=3 mapcount=1 swapcache, go",
    "v5.7, KSM_CHECK, refcount=3 mapcount=1, restore",
    "v5.19, KSM_SHARE, exclusive, clear-exclusive go",
    "v5.19, KSM_SHARE, exclusive maybe_pinned, restore",
    "v6.1, KSM_BREAK, ksm, write-fault",
    "v6.2, KSM_BREAK, ksm, unshare",
    "v6.3, KSM_PRCTL, '', einval",
    "v6.4, KSM_PRCTL, '', accept",
    "v5.18, MIGRATE_PTE, maybe_pinned, unmap",
    "v5.19, MIGRATE_PTE, exclusive maybe_pinned, restore",
    "v5.19, MIGRATE_PTE, exclusive, carry-exclusive unmap",
    "v6.0, MIGRATE_REMAP, writable dirty swap_exclusive, set-writable set-exclusive",
    "v6.1, MIGRATE_REMAP, writable dirty swap_exclusive, set-writable set-dirty set-exclusive",
    "v6.0, MPROTECT_GRANT, dirty exclusive soft_dirty_wp, ''",
    "v6.2, MPROTECT_GRANT, exclusive soft_dirty_wp, ''",
    "v6.3, UFFD_UNPROTECT, vma_write exclusive soft_dirty_wp, ''",
    "v6.0, GUP_WRITE, foll_write foll_force anon exclusive cow_mapping soft_dirty_wp, fault",
    "v6.8, INSTALLING, unsharing soft_dirty, keep-soft-dirty",
    "v5.10-stable, CLEAR_REFS, '', write-lock",
    "v5.10-stable, CLEAR_REFS_PTE, writable cow_mapping mm_has_pinned maybe_pinned, skip",
    "v5.9, UFFD_DELIVERY, may_wait uffd_user_mode_only, queue",
    "v5.11, UFFD_DELIVERY, may_wait uffd_user_mode_only, sigbus",
    "v5.11, UFFD_DELIVERY, may_wait uffd_user_mode_only user_mode, queue",
    "v5.7, UFFD_DELIVERY, may_wait uffd_sigbus uffd_closed, sigbus",
    "v5.7, UFFD_DELIVERY, uffd_closed, retry",
    "v5.7, UFFD_DELIVERY, user_mode, sigbus",
    "v5.7, UFFD_REGISTER, mode_wp vma_file, einval",
    "v5.7, UFFD_REGISTER, mode_wp, accept",
    "v5.7, UFFD_REGISTER, mode_minor vma_file, einval",
    "v5.14, UFFD_REGISTER, mode_minor vma_file, einval",
    "v5.14, UFFD_REGISTER, mode_minor vma_file vma_shmem, accept",
    "v5.14, UFFD_REGISTER, mode_minor, einval",
    "v5.19, UFFD_REGISTER, mode_wp vma_file, einval",
    "v5.19, UFFD_REGISTER, mode_wp vma_file vma_shmem, accept",
    "wrong-side-ok, GUP_FLAGS, foll_get cow_mapping wrong_side_ok, as-asked",
    "wrong-side-ok, GUP_FLAGS, foll_get cow_mapping, break-cow",
    "wrong-side-ok, GUP_FAST_READ, foll_get wrong_side_ok, take",
    "wrong-side-ok, GUP_FAST_READ, foll_get, slow",
    "peterx-v3-fix, GUP_READ, foll_get foll_break_cow foll_cow dirty anon, take",
    "peterx-v3-fix, GUP_READ, foll_get foll_break_cow zero, fault",
    "v5.7, EMPTY_FAULT, write vma_uffd_missing, missing-event",
    "v5.8, EMPTY_FAULT, breaks_cow, zero-page",
    "v5.7, EMPTY_FAULT, write, fresh-page",
  })
  void whatElseDiffers(String kernel, DecisionPoint point, String situation, String actions) {
    assertThat(Situation.actions(KernelLibrary.builtIn().get(kernel), point, situation))
        .isEqualTo(actions);
  }

  @ParameterizedTest
  @CsvSource({
    "v5.7, O_DIRECT-write, get fast may-wait",
    "v6.3, O_DIRECT-write, get fast may-wait",
    "v6.5, O_DIRECT-write, pin fast may-wait",
    "v6.5, O_DIRECT-read, pin write fast may-wait",
    "v6.15, vmsplice, get fast may-wait",
    "v6.15, process_vm_writev, pin write may-wait remote",
    "v5.7, i915-userptr, get write fast fast-only then get write may-wait remote",
    "v5.9, i915-userptr, pin write fast fast-only then pin write may-wait remote",
    "v5.16, i915-userptr, pin write fast may-wait",
    "v6.1, rdma-mr-readonly, pin write force longterm fast",
    "v6.2, rdma-mr-readonly, pin longterm fast",
    "v6.1, io_uring-buffer, pin write longterm",
    "v6.12, io_uring-buffer, pin write longterm may-wait",
  })
  void usersByEra(String kernel, String user, String words) {
    assertThat(KernelLibrary.builtIn().get(kernel).user(user).text()).isEqualTo(words);
  }

  @Test
  void claimsByEra() {
    for (String name : KernelLibrary.builtIn().names()) {
      boolean flag = KernelLibrary.builtIn().get(name).usesFact(Fact.EXCLUSIVE);
      assertThat(KernelLibrary.builtIn().get(name).claims())
          .as(name)
          .containsExactlyElementsOf(
              flag
                  ? Arrays.asList(Invariant.values())
                  : List.of(Invariant.I1, Invariant.I2, Invariant.I7));
    }
  }
}
