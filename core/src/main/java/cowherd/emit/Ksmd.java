package cowherd.emit;

import static cowherd.machine.State.*;

import cowherd.machine.State;
import cowherd.operation.CallFlags;
import cowherd.operation.Instruction;
import cowherd.operation.Machine;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.ThreadInfo;
import java.util.OptionalInt;

/**
 * ksm_merge() is carried by ksmd, which goes over all mergeable memory: where it would do anything
 * else than merge the two pages of the call, in this order, the test cannot be run. It meets
 * processes in the order in which they were made and their pages by address, and keeps the page
 * that it met later, or the one that is a KSM page already.
 */
final class Ksmd {
  private final Machine machine;
  private final Program program;
  private final State s;
  private final RunnerText numbers;

  Ksmd(Machine machine, RunnerText numbers) {
    this.machine = machine;
    program = machine.program();
    s = machine.state();
    this.numbers = numbers;
  }

  /**
   * Before a call: ksmd drains the batches of the LRU; refuses what it would not do in this way.
   */
  void before(Instruction i) {
    if (i.op() != Op.KSM_MERGE) {
      return;
    }
    machine.drainLru();
    int pages = program.pages();
    int kept = i.process() * pages + i.page();
    int merged = i.flags() * pages + i.object();
    int keptFrame = mergeable(kept);
    int mergedFrame = mergeable(merged);
    boolean merges =
        keptFrame != 0
            && mergedFrame != 0
            && keptFrame != mergedFrame
            && !s.frameFlag(mergedFrame, KSM)
            && equal(keptFrame, mergedFrame);
    if (merges && !s.frameFlag(keptFrame, KSM) && !isLater(kept, merged)) {
      throw new NotCarried("ksm_merge(), where ksmd would keep the other page");
    }
    int all = program.processes().size() * pages;
    for (int x = 0; x < all; x++) {
      int frame = mergeable(x);
      if (frame == 0 || s.frameFlag(frame, KSM)) {
        continue;
      }
      if (!numbers.isBase(x % pages)) {
        throw new NotCarried("ksm_merge(), where ksmd would split a huge page");
      }
      if (s.mmFlag(x / pages, MM_MERGE_ANY) && isZero(frame)) {
        throw new NotCarried("ksm_merge(), where ksmd has pages of the runner to merge");
      }
      if (merges && x != merged && x != kept && equal(frame, keptFrame)) {
        throw new NotCarried("ksm_merge(), where ksmd would merge a third page");
      }
      if (!(merges && x == merged)) {
        others(x, frame, merges && x == kept ? merged : x);
      }
    }
  }

  /** Whether there is another page that this one could become. */
  private void others(int x, int frame, int partner) {
    for (int other = 1; other <= s.layout().shape().frames(); other++) {
      if (other != frame
          && s.refcount(other) > 0
          && s.frameFlag(other, KSM)
          && equal(other, frame)) {
        throw new NotCarried("ksm_merge(), where ksmd would merge other pages, too");
      }
    }
    for (int y = 0; y < program.processes().size() * program.pages(); y++) {
      int other = mergeable(y);
      if (y != x && y != partner && other != 0 && other != frame && equal(other, frame)) {
        throw new NotCarried("ksm_merge(), where ksmd would merge other pages, too");
      }
    }
  }

  private int mergeable(int mapping) {
    int process = mapping / program.pages();
    int page = mapping % program.pages();
    if (s.life(process) != ALIVE
        || (s.vmaMore(process, page) & VM_MERGEABLE) == 0
        || (s.pteBits(process, page) & KIND) != PRESENT) {
      return 0;
    }
    int frame = s.pteTarget(process, page);
    return s.frameFlag(frame, ANON) ? frame : 0;
  }

  private boolean equal(int frame, int other) {
    for (int w = 0; w < program.words(); w++) {
      if (s.word(frame, w) != s.word(other, w)) {
        return false;
      }
    }
    return true;
  }

  private boolean isZero(int frame) {
    for (int w = 0; w < program.words(); w++) {
      if (s.word(frame, w) != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean isLater(int x, int y) {
    int p = x / program.pages();
    int q = y / program.pages();
    return p == q
        ? numbers.offset(x % program.pages()) > numbers.offset(y % program.pages())
        : order(program, p, q).orElse(-1) > 0;
  }

  /** Which of two processes was made later: positive, the first; empty when that depends. */
  static OptionalInt order(Program program, int p, int q) {
    int parentOfP = program.processes().get(p).parent();
    int parentOfQ = program.processes().get(q).parent();
    if (parentOfP < 0 || parentOfQ < 0) {
      return OptionalInt.of(parentOfP < 0 && parentOfQ < 0 ? p - q : parentOfP < 0 ? -1 : 1);
    }
    for (int r = p; r >= 0; r = program.processes().get(r).parent()) {
      if (r == q) {
        return OptionalInt.of(1);
      }
    }
    for (int r = q; r >= 0; r = program.processes().get(r).parent()) {
      if (r == p) {
        return OptionalInt.of(-1);
      }
    }
    return OptionalInt.empty();
  }

  /** Why a test with ksm_merge() has pages of which the model knows nothing, or null. */
  static @org.jspecify.annotations.Nullable String hidden(Program program) {
    boolean everything = false;
    boolean copies = false;
    for (ThreadInfo thread : program.threads()) {
      for (Instruction i : thread.code()) {
        everything |= i.op() == Op.PRCTL && i.flags() == CallFlags.PR_SET_MEMORY_MERGE;
        copies |= i.op() == Op.UFFD_COPY || i.op() == Op.GUP;
      }
    }
    return everything && copies
        ? "no carrier: ksm_merge(), where ksmd finds copies of pages in the runner"
        : null;
  }
}
