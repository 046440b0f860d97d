package cowherd.operation;

import static cowherd.machine.State.*;

import cowherd.kernel.Action;
import cowherd.kernel.Decision;
import cowherd.kernel.DecisionPoint;
import cowherd.machine.State;

/**
 * PAGEMAP_SCAN (semantics 10.11): counts the pages of a range that are of all the categories asked
 * for, and with PM_SCAN_WP_MATCHING protects them in the same step. Written means: not protected by
 * a userfaultfd. mmap_lock is held for reading; one page a step, under its page-table lock, flushed
 * before that is released.
 */
final class PagemapSteps {
  private static final int PAGE = 2;
  private static final int CATEGORIES = ~0 << 2;

  private final Machine m;

  PagemapSteps(Machine machine) {
    this.m = machine;
  }

  private int process() {
    return m.instruction.process();
  }

  private int page() {
    return m.firstPage() + m.get(INDEX);
  }

  private boolean asks(int flag) {
    return (m.instruction.flags() & flag) != 0;
  }

  boolean scan() {
    if (m.get(PHASE) == PAGE) {
      return m.pteLockFree(process(), page()) && scanPage();
    }
    if (!m.mayRead(process())) {
      return false;
    }
    Decision rules = m.rules(DecisionPoint.PAGEMAP_SCAN);
    m.focus.at(process(), m.firstPage());
    if (rules.action(m.fire(rules, rules.first(m.focus, 0))) == Action.ENOTTY) {
      m.complete(Value.ENOTTY);
      return true;
    }
    if ((m.instruction.flags() & CallFlags.PM_SCAN_WP_MATCHING) != 0) {
      m.huge.splitAround(process(), m.firstPage(), m.instruction.pages());
    }
    m.s.addReader(process(), 1);
    m.set(PHASE, PAGE);
    return true;
  }

  private boolean scanPage() {
    State s = m.s;
    boolean async = isAsync();
    if ((s.vma(process(), page()) & VMA) != 0) {
      if (asks(CallFlags.PM_SCAN_CHECK_WPASYNC) && !async) {
        return end(Value.EPERM);
      }
      if (matches(async)) {
        m.set(SCRATCH, m.get(SCRATCH) + 1);
        if (asks(CallFlags.PM_SCAN_WP_MATCHING) && async) {
          protect();
        }
      }
    }
    m.set(INDEX, m.get(INDEX) + 1);
    return m.get(INDEX) < m.instruction.pages() || end(m.get(SCRATCH));
  }

  private boolean end(int result) {
    m.s.addReader(process(), -1);
    m.complete(result);
    return true;
  }

  private boolean isAsync() {
    State s = m.s;
    return (s.vmaUffd(process(), page()) & VM_UFFD_WP) != 0
        && (s.contextFeatures(s.vmaContext(process(), page()), process())
                & CallFlags.UFFD_FEATURE_WP_ASYNC)
            != 0;
  }

  private boolean matches(boolean async) {
    int wanted = m.instruction.flags() & CATEGORIES;
    if (wanted == 0) {
      wanted = CallFlags.PAGE_IS_WRITTEN;
    }
    boolean empty = (m.s.pteBits(process(), page()) & KIND) == NONE;
    if (empty && wanted == CallFlags.PAGE_IS_WRITTEN) {
      throw new Machine.OutOfModel(
          "PAGEMAP_SCAN for written pages of an empty entry: whether there is a page table");
    }
    return (categories(async) & wanted) == wanted;
  }

  private int categories(boolean async) {
    State s = m.s;
    int bits = s.pteBits(process(), page());
    int of = async ? CallFlags.PAGE_IS_WPALLOWED : 0;
    if ((bits & KIND) == NONE) {
      return of;
    }
    of |= s.uffdWp(process(), page()) ? 0 : CallFlags.PAGE_IS_WRITTEN;
    if ((bits & KIND) != PRESENT) {
      return of | CallFlags.PAGE_IS_SWAPPED;
    }
    int frame = s.pteTarget(process(), page());
    return of
        | CallFlags.PAGE_IS_PRESENT
        | (frame == ZERO_FRAME ? CallFlags.PAGE_IS_PFNZERO : 0)
        | (s.frameFlag(frame, FILE) ? CallFlags.PAGE_IS_FILE : 0);
  }

  private void protect() {
    State s = m.s;
    int bits = s.pteBits(process(), page());
    int target = s.pteTarget(process(), page());
    switch (bits & KIND) {
      case NONE -> s.setPte(process(), page(), MARKER_UFFD_WP, MARKER);
      case MARKER -> s.setPte(process(), page(), target | MARKER_UFFD_WP, bits);
      default -> {
        if (HugeSteps.isPmd(bits)) {
          m.huge.splitPmd(process(), page());
          bits = s.pteBits(process(), page());
        }
        s.setPte(process(), page(), target, bits & ~W | UFFD_WP);
      }
    }
    m.costFlushes++;
    m.say("write-protects the page");
  }
}
