package cowherd.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C into a question that the searches ask now and then. The JVM begins to shut down, and
 * its shutdown waits until the command has told what is known so far.
 */
final class Interruption {
  /** How long a command may take to come to an end, seconds. */
  private static final long PATIENCE_S = 20;

  /** What a shell makes of a process that SIGINT ended. */
  private static final int KILLED_BY_SIGINT = 130;

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean asked;
  private volatile int status = KILLED_BY_SIGINT;

  /** From now on the command is asked to stop, and not killed. */
  static Interruption install() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(interruption::shutdown, "cowherd-interruption"));
    return interruption;
  }

  /** Whether somebody asked to stop. */
  boolean isAsked() {
    return asked;
  }

  /** Ends the process. */
  void exit(int code) {
    status = code;
    finished.countDown();
    System.exit(code);
  }

  private void shutdown() {
    if (finished.getCount() == 0) {
      return; // the end of a command
    }
    asked = true;
    try {
      if (finished.await(PATIENCE_S, TimeUnit.SECONDS)) {
        Runtime.getRuntime().halt(status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(KILLED_BY_SIGINT);
  }
}
