package cowherd.explore;

import static cowherd.kernel.DecisionPoint.*;
import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.Trace.FolioView;
import cowherd.explore.Trace.TraceStep;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import cowherd.machine.State;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The interleavings that an exhaustive search must find by itself (semantics 13.5, X1 to X9): each
 * is driven by hand as a {@link Schedule}, which shows the step order, the rules that decide and
 * what comes of it; and the search over all interleavings must reach the same, and nothing that the
 * rules forbid.
 */
class InterleavingsTest {
  private static final LitmusTest TAKEOVER =
      Tests.parse(
          """
          litmus takeover
          anon x = 1;
          process A {
            fork(B);
            thread reader   { k = get_user_pages(x, FOLL_GET); r = *k; }
            thread unmapper { munmap(x); }
          }
          process B { x = 2; }
          never (A.reader.r == 2);
          """);

  private static final LitmusTest FORK_RACE =
      Tests.parse(
          """
          litmus fork-race
          anon x = 1;
          process A {
            thread pinner { k = pin_user_pages_fast(x, FOLL_PIN | FOLL_WRITE); x = 2; r = *k; }
            fork(B);
          }
          process B { }
          always (A.pinner.r == 2);
          """);

  private static LitmusTest reclaimRace(String function) {
    return Tests.parse(
        """
        litmus reclaim-race
        anon x = 1;
        process A {
          k = %s(x, FOLL_PIN | FOLL_WRITE);
          r0 = load(x);
          x = 2;
          r = *k;
        }
        kernel reclaim { swap_out(A.x); }
        always (A.r == 2);
        """
            .formatted(function));
  }

  static List<String> fromReleaseWithExclusiveFlag() {
    List<String> releases = KernelLibrary.builtIn().releases();
    return releases.subList(releases.indexOf("v5.19"), releases.size());
  }

  static List<String> allKernels() {
    return KernelLibrary.builtIn().names();
  }

  // ---- X1: the takeover needs the order GUP, unmap, store

  @Test
  void x1TheTakeoverNeedsTheReferenceThenTheUnmapThenTheStore() {
    CheckResult result = Tests.check(TAKEOVER, "v5.7");
    assertThat(result.verdict()).isEqualTo(Verdict.VIOLATED);
    assertThat(result.inRace()).isFalse();
    Trace witness =
        Replay.trace(
            TAKEOVER, Tests.kernel("v5.7"), Options.DEFAULT, result.witness().orElseThrow());
    assertThat(step(witness, "takes a reference to the page"))
        .isLessThan(step(witness, "empties the PTE"));
    assertThat(step(witness, "empties the PTE")).isLessThan(step(witness, "takes the page over"));
  }

  @Test
  void x1AStoreBeforeTheUnmapCopies() {
    Schedule run =
        Schedule.of(TAKEOVER, "v5.7")
            .asFarAsItGets("A")
            .until("A.reader", "takes a reference to the page")
            .asFarAsItGets("B");
    assertThat(run.rules(WP_FAULT)).containsExactly("copy when mapcount + swapcount > 1");
    run.asFarAsItGets("A.unmapper").asFarAsItGets("A.reader");
    assertThat(run.registers()).contains("A.reader.r = 1");
    assertThat(run.brokenSoFar()).isEmpty();
  }

  private static int step(Trace trace, String says) {
    List<TraceStep> steps = trace.steps();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).says().contains(says)) {
        return i;
      }
    }
    throw new AssertionError("no step says `" + says + "`");
  }

  // ---- X2: a store between UNMAP-1 and UNMAP-2

  private static Schedule storeWithinUnmap(String kernel) {
    return Schedule.of(TAKEOVER, kernel)
        .asFarAsItGets("A")
        .until("A.unmapper", "empties the PTE")
        .asFarAsItGets("B");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v5.7", "v5.8", "peterx-v3"})
  void x2WithinAnUnmapTheMapcountRuleReuses(String kernel) {
    Schedule run = storeWithinUnmap(kernel);
    assertThat(run.rules(WP_FAULT)).containsExactly("reuse otherwise");
    assertThat(run.says()).contains("takes the page over");
    assertThat(run.folio(1).map(FolioView::mapcount)).contains(1);
    assertThat(run.folio(1).map(FolioView::refcount)).contains(2);
    run.until("A.unmapper", "drops the mapping's reference");
    assertThat(run.folio(1).map(FolioView::refcount)).contains(1);
    assertThat(Outcomes.needlessCopies(Tests.explore(TAKEOVER, kernel), run.run())).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"v5.9", "v5.11", "v5.16", "v5.18", "v5.19", "v6.12"})
  void x2WithinAnUnmapTheRefcountRuleCopiesNeedlessly(String kernel) {
    Schedule run = storeWithinUnmap(kernel);
    assertThat(run.rules(WP_FAULT)).hasSize(1).allMatch(rule -> rule.startsWith("copy when"));
    assertThat(run.rules(WP_FAULT)).allMatch(rule -> rule.contains("refcount"));
    assertThat(run.says()).contains("maps its copy");
    // the one other reference was the batch's, and nobody reads or writes through that
    assertThat(Outcomes.needlessCopies(Tests.explore(TAKEOVER, kernel), run.run())).isOne();
  }

  // ---- X3: GUP-fast between fork's check and its write-protection

  @Test
  void x3OnV59ThePinFallsBetweenForksCheckAndItsWriteProtection() {
    Schedule run =
        Schedule.of(FORK_RACE, "v5.9")
            .until("A", "is going to share the page")
            .until("A.pinner", "the PTE has not changed")
            .until("A.pinner", "A.pinner.k = 1")
            .until("A", "shares the page, read-only in both");
    FolioView page = run.folio(1).orElseThrow();
    assertThat(page.mapcount()).isEqualTo(2);
    assertThat(page.refcount()).isEqualTo(2 + Options.PIN_BIAS_DEFAULT);
    run.until("A", "the child runs").until("A.pinner", "stores");
    assertThat(run.rules(WP_FAULT)).containsExactly("copy when ksm or refcount != 1");
    assertThat(run.broken()).contains("pin-coherent");
    assertThat(Tests.check(FORK_RACE, "v5.9").inRace()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"v5.10-stable", "v5.11", "v5.18", "v5.19", "v6.15"})
  void x3WriteProtectSeqUndoesTheWalkOrDoesNotLetItBegin(String kernel) {
    Schedule begun =
        Schedule.of(FORK_RACE, kernel)
            .until("A.pinner", "reads the PTE without a lock")
            .until("A", "is going to share the page")
            .until("A.pinner", "fork ran meanwhile: drops everything again");
    assertThat(begun.rules(GUP_FAST_END))
        .singleElement()
        .asString()
        .startsWith("undo when foll_pin and fork_ran");
    Schedule late =
        Schedule.of(FORK_RACE, kernel)
            .until("A", "is going to share the page")
            .until("A.pinner", "fork is running: the lockless walk does not begin");
    assertThat(late.rules(GUP_FAST_START))
        .singleElement()
        .asString()
        .startsWith("slow when foll_pin and fork_running");
    assertThat(Tests.check(FORK_RACE, kernel).verdict()).isEqualTo(Verdict.HOLDS);
  }

  // ---- X4: a pin between reclaim's check and its unmap

  @ParameterizedTest
  @ValueSource(strings = {"v5.10-stable", "v5.11", "v5.14", "v5.16", "v5.18", "unshare-v1"})
  void x4ThePinLandsAfterReclaimLooked(String kernel) {
    for (String function : List.of("pin_user_pages", "pin_user_pages_fast")) {
      LitmusTest test = reclaimRace(function);
      Schedule run =
          Schedule.of(test, kernel).until("reclaim", "puts the page into the swap cache");
      assertThat(run.rules(RECLAIM)).containsExactly("go otherwise");
      run.until("A", "A.k = 1").asFarAsItGets("reclaim");
      assertThat(run.says()).contains("the page is still referenced: it stays in the swap cache");
      run.until("A", "maps the page");
      assertThat(run.last().memory().mappings().getFirst().flags()).contains("R");
      run.until("A", "stores");
      assertThat(run.rules(WP_FAULT)).last().asString().startsWith("copy when");
      assertThat(run.broken()).contains("pin-coherent");
      assertThat(Tests.check(test, kernel).inRace()).isTrue();
    }
  }

  // ---- X5: the same since PG_anon_exclusive

  @ParameterizedTest
  @MethodSource("fromReleaseWithExclusiveFlag")
  void x5ReclaimSeesThePinAndRestoresThePte(String kernel) {
    LitmusTest test = reclaimRace("pin_user_pages_fast");
    Schedule run =
        Schedule.of(test, kernel)
            .until("A", "takes a reference")
            .until("reclaim", "skips the page");
    assertThat(run.rules(RECLAIM)).containsExactly("skip when maybe_pinned");
    Schedule later =
        Schedule.of(test, kernel)
            .until("reclaim", "isolates and locks the page")
            .until("A", "takes a reference")
            .until("reclaim", "clears the PTE and flushes")
            .until("reclaim", "will restore the PTE");
    assertThat(later.rules(RECLAIM_PTE)).containsExactly("restore when exclusive and maybe_pinned");
    later.until("reclaim", "restores the PTE and gives up");
    assertThat(later.folio(1).orElseThrow().flags()).contains("exclusive");
  }

  @ParameterizedTest
  @MethodSource("fromReleaseWithExclusiveFlag")
  void x5TheWalkSeesThatThePteHasChanged(String kernel) {
    LitmusTest test = reclaimRace("pin_user_pages_fast");
    Schedule run =
        Schedule.of(test, kernel)
            .until("A", "reads the PTE without a lock")
            .until("reclaim", "will write the swap entry")
            .until("A", "the PTE has changed: drops the reference again")
            .until("reclaim", "writes the swap entry");
    assertThat(run.folio(1).orElseThrow().flags()).doesNotContain("exclusive");
  }

  @ParameterizedTest
  @MethodSource("fromReleaseWithExclusiveFlag")
  void x5InEveryOrderNoPageIsPinnedAndShared(String kernel) {
    for (String function : List.of("pin_user_pages", "pin_user_pages_fast")) {
      LitmusTest test = reclaimRace(function);
      assertThat(Tests.check(test, kernel).verdict()).isEqualTo(Verdict.HOLDS);
      Exploration e = Tests.explore(test, kernel);
      for (int state = 0; state < e.store().size(); state++) {
        assertThat(pinnedAndNotExclusive(e, state)).as("state " + state).isFalse();
      }
    }
  }

  private static boolean pinnedAndNotExclusive(Exploration e, int number) {
    State s = e.machine().state();
    s.load(e.store().chunk(number), e.store().offset(number));
    boolean completed = (s.handleBits(0) & State.LIVE) != 0;
    int frame = s.handleFrame(0);
    return completed && (!s.frameFlag(frame, State.EXCLUSIVE) || s.mapcount(frame) > 1);
  }

  // ---- X6: two COW faults at once

  private static final LitmusTest TWO_STORES =
      Tests.parse(
          """
          litmus two-stores
          anon x = 1;
          process A { fork(B); x = 2; }
          process B { x = 3; }
          always (A.x == 2 && B.x == 3);
          """);

  @ParameterizedTest
  @MethodSource("allKernels")
  void x6OneOrBothCopyAndNeverDoBothReuse(String kernel) {
    Exploration e = Tests.explore(TWO_STORES, kernel);
    assertThat(Outcomes.copies(e)).containsExactly(1, 2);
    assertThat(Tests.check(TWO_STORES, kernel).verdict()).isEqualTo(Verdict.HOLDS);
  }

  @Test
  void x6BothCopyAndThePageIsFreed() {
    Schedule run =
        Schedule.of(TWO_STORES, "v5.7")
            .until("A", "the child runs")
            .until("A", "copies the page: 1")
            .until("B", "copies the page: 1")
            .until("A", "maps its copy");
    assertThat(run.folio(1).map(FolioView::mapcount)).contains(1);
    run.until("B", "maps its copy");
    assertThat(run.folio(1)).isEmpty();
    assertThat(run.last().memory().folios()).hasSize(2);
  }

  @Test
  void x6TheSecondReusesOnceTheFirstHasSwitchedItsPte() {
    Schedule run =
        Schedule.of(TWO_STORES, "v5.7")
            .until("A", "the child runs")
            .until("B", "write fault")
            .until("A", "maps its copy")
            .until("B", "takes the page over");
    assertThat(run.rules(WP_FAULT)).containsExactly("reuse otherwise");
  }

  // ---- X7: MADV_DONTNEED between the fault and the next FOLLOW

  private static final LitmusTest FOLLOW_LOOP =
      Tests.parse(
          """
          litmus follow-loop
          anon x;
          process A {
            thread reader { k = get_user_pages(x, FOLL_GET | FOLL_WRITE); r = *k; }
            thread zapper { madvise(x, MADV_DONTNEED); }
          }
          always terminates;
          always (A.reader.r == 0);
          """);

  @ParameterizedTest
  @MethodSource("allKernels")
  void x7GupLoopsUntilItFindsAPageAndTerminates(String kernel) {
    Schedule run =
        Schedule.of(FOLLOW_LOOP, kernel)
            .until("A.reader", "no page is mapped: runs a fault")
            .until("A.reader", "maps a new page")
            .asFarAsItGets("A.zapper")
            .until("A.reader", "no page is mapped: runs a fault")
            .until("A.reader", "maps a new page")
            .until("A.reader", "takes a reference to the page");
    assertThat(run.brokenSoFar()).isEmpty();
    assertThat(Tests.check(FOLLOW_LOOP, kernel).verdict()).isEqualTo(Verdict.HOLDS);
  }

  private static final LitmusTest DIRTY_COW =
      Tests.parse(
          """
          litmus dirty-cow
          file f = 1;
          process A {
            m = mmap(f, MAP_PRIVATE, PROT_READ);
            thread forcer { proc_mem_write(A, m, 5); }
            thread zapper { madvise(m, MADV_DONTNEED); }
          }
          always terminates;
          always (f == 1);
          """);

  @ParameterizedTest
  @MethodSource("allKernels")
  void x7TheLoopKeepsFollWriteSoThatAForcedWriteNeverReachesTheFile(String kernel) {
    Schedule run =
        Schedule.of(DIRTY_COW, kernel)
            .asFarAsItGets("A")
            .until("A.forcer", "maps its copy")
            .asFarAsItGets("A.zapper")
            .until("A.forcer", "no page is mapped: runs a fault")
            .until("A.forcer", "maps its copy")
            .until("A.forcer", "takes a reference to the page");
    // a private copy, made by this call
    assertThat(run.rules(GUP_WRITE)).last().asString().startsWith("take when");
    assertThat(Tests.check(DIRTY_COW, kernel).verdict()).isEqualTo(Verdict.HOLDS);
  }

  // ---- X8: the resolve and the waiting GUP

  private static final LitmusTest RESOLVE =
      Tests.parse(
          """
          litmus resolve
          anon p = 1;
          process A {
            u = userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
            ioctl(u, UFFDIO_REGISTER, p, UFFDIO_REGISTER_MODE_WP);
            ioctl(u, UFFDIO_WRITEPROTECT, p, UFFDIO_WRITEPROTECT_MODE_WP);
            thread manager daemon { loop { e = read(u); ioctl(u, UFFDIO_WRITEPROTECT, p, 0); } }
            thread reader { k = get_user_pages_unlocked(p, FOLL_GET); r = *k; }
          }
          tolerates progress "the read of v5.8 waits for the manager";
          always terminates;
          always (A.reader.r == 1);
          """);

  @Test
  void x8TheGupThatWaitsIsWoken() {
    Schedule run =
        Schedule.of(RESOLVE, "v5.8")
            .asFarAsItGets("A")
            .until("A.reader", "sleeps in handle_userfault")
            .asFarAsItGets("A.manager");
    assertThat(run.says()).contains("wakes A.reader");
    run.until("A.reader", "A.reader.r = 1");
    assertThat(run.rules(WP_FAULT)).containsExactly("reuse otherwise");
  }

  @Test
  void x8AResolveBetweenTheQueueAndTheSleepIsNotLost() {
    Schedule run =
        Schedule.of(RESOLVE, "v5.8")
            .asFarAsItGets("A")
            .until("A.reader", "queues a userfaultfd event")
            .asFarAsItGets("A.manager");
    assertThat(run.says()).contains("wakes A.reader");
    run.until("A.reader", "no longer needs to wait").until("A.reader", "A.reader.r = 1");
  }

  @Test
  void x8NoWakeUpIsLostInAnyOrder() {
    assertThat(Tests.check(RESOLVE, "v5.8").verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(Checker.firedRules(RESOLVE, Tests.kernel("v5.8"), Bounds.defaults()))
        .anyMatch(rule -> rule.contains("delivery of a userfaultfd fault\" rule 4: queue"));
  }

  // ---- X9: an unshare fault and a write fault of the same mm

  private static final LitmusTest UNSHARE_RACE =
      Tests.parse(
          """
          litmus unshare-race
          anon x = 1;
          process A {
            fork(B);
            thread pinner { k = pin_user_pages(x, FOLL_PIN); signal(pinned); wait(stored); r = *k; }
            thread writer { x = 2; wait(pinned); x = 3; signal(stored); }
          }
          process B { }
          always (A.pinner.r == 3 && B.x == 1);
          """);

  @ParameterizedTest
  @MethodSource("fromReleaseWithExclusiveFlag")
  void x9TheUnshareFindsThePteChangedAndRetries(String kernel) {
    Schedule run =
        Schedule.of(UNSHARE_RACE, kernel)
            .asFarAsItGets("A")
            .until("A.pinner", "the page must be unshared: runs a fault");
    assertThat(run.rules(GUP_READ))
        .containsExactly("unshare when foll_pin and anon and not exclusive");
    run.until("A.pinner", "copies the page: 1")
        .until("A.writer", "maps its copy")
        .until("A.pinner", "the PTE has changed: throws its copy away, retries")
        .until("A.pinner", "pins the page");
    assertThat(Tests.check(UNSHARE_RACE, kernel).verdict()).isEqualTo(Verdict.HOLDS);
  }

  @ParameterizedTest
  @MethodSource("fromReleaseWithExclusiveFlag")
  void x9TheStoreFindsThePteChangedAndRetries(String kernel) {
    Schedule run =
        Schedule.of(UNSHARE_RACE, kernel)
            .asFarAsItGets("A")
            .until("A.writer", "copies the page: 1")
            .until("A.pinner", "maps its copy")
            .until("A.writer", "the PTE has changed: throws its copy away, retries")
            .until("A.writer", "takes the page over");
    assertThat(run.rules(WP_FAULT)).containsExactly("reuse when exclusive");
  }

  // ---- S12: the table of 17839856fd58, as the path taken

  private static final LitmusTest PATHS =
      Tests.parse(
          """
          litmus paths
          anon x = 1;
          process A {
            fork(B);
            n = get_user_pages_fast_only(x, FOLL_GET);
            k = get_user_pages_fast(x, FOLL_GET);
          }
          process B { }
          """);

  @Test
  void s12FastOnlyTakesFastRefusesAndSlowBreaks() {
    Schedule run = Schedule.of(PATHS, "v5.8").until("A", "the child runs").until("A", "A.n = 1");
    assertThat(run.rules(GUP_FAST_READ)).containsExactly("take when fast_only");
    run.until("A", "the lockless walk stops: the PTE is read-only");
    assertThat(run.rules(GUP_FAST_READ)).containsExactly("slow otherwise");
    run.until("A", "takes a reference to the page");
    assertThat(run.rules(GUP_FLAGS))
        .containsExactly("as-write when cow_mapping and (foll_get or foll_pin)");
    assertThat(run.rules(GUP_WRITE)).containsExactly("fault otherwise");
    assertThat(run.rules(WP_FAULT)).containsExactly("copy when mapcount + swapcount > 1");
  }
}
