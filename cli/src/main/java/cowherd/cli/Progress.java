package cowherd.cli;

import cowherd.search.SearchListener;
import java.util.Locale;

/** How far a long run has come, in one line on a terminal that is written over and over. */
final class Progress {
  /** A shorter run needs no progress. */
  private static final long PATIENCE_NS = 700_000_000L;

  private static final String ERASE = "\r\u001b[K";
  private static final int TITLE_MAX = 60;

  private final Terminal terminal;
  private final long begin = System.nanoTime();
  private boolean shown;

  Progress(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Shows how far it is.
   *
   * @param running what is being done
   */
  void show(int done, int total, String running) {
    long nanos = System.nanoTime() - begin;
    if (terminal.errIsTerminal() && nanos > PATIENCE_NS) {
      shown = true;
      String title = running.length() > TITLE_MAX ? running.substring(0, TITLE_MAX) : running;
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "%s%d of %d, %d s  %s",
              ERASE,
              done,
              total,
              nanos / 1_000_000_000L,
              title);
      terminal.err().flush();
    }
  }

  /** Shows how far one large search is. */
  void show(SearchListener.Progress progress) {
    long nanos = System.nanoTime() - begin;
    if (terminal.errIsTerminal() && nanos > PATIENCE_NS) {
      shown = true;
      String left = progress.left() < 0 ? "unknown" : "about " + progress.left();
      terminal
          .err()
          .printf(
              Locale.ROOT,
              "%s%,d states, %,d of them to expand, level %d, %d s; left: %s",
              ERASE,
              progress.states(),
              progress.frontier(),
              progress.level(),
              nanos / 1_000_000_000L,
              left);
      terminal.err().flush();
    }
  }

  /** Takes the line away. */
  void end() {
    if (shown) {
      terminal.err().print(ERASE);
      terminal.err().flush();
    }
  }
}
