package cowherd.explore;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reclaim empties a PTE and writes the swap entry (or restores the PTE) under one hold of the
 * page-table lock: nobody who takes that lock sees the PTE empty.
 */
class PageTableLockTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        litmus dontneed
        anon x = 1;
        process A { madvise(x, MADV_DONTNEED); r = load(x); }
        kernel k { swap_out(A.x); }
        always (A.r == 0);
        """,
        """
        litmus munmap
        anon x = 1;
        process A { munmap(x); s = swapped(x); }
        kernel k { swap_out(A.x); }
        always (A.s == 0);
        """,
        """
        litmus exit
        anon x = 1;
        process A { exit(); }
        kernel k { swap_out(A.x); }
        """,
        """
        litmus fork
        anon x = 1;
        process A { fork(B); }
        process B { r = load(x); }
        kernel k { swap_out(A.x); }
        always (B.r == 1);
        """
      })
  void nobodySeesThePteThatReclaimHasCleared(String text) {
    LitmusTest test = Tests.parse(text);
    for (String kernel : new String[] {"v5.7", "v5.19"}) {
      assertThat(Tests.check(test, kernel).verdict()).as(kernel).isEqualTo(Verdict.HOLDS);
    }
  }
}
