package cowherd.bench;

import cowherd.free.Counts;
import java.io.IOException;

/** A checker that is measured on a row. */
interface Peer {
  /**
   * A run.
   *
   * @param counts what it found
   * @param process what it took
   */
  record Sample(Counts counts, ChildProcess process) {
    double cpuSeconds() {
      return process.cpuSeconds();
    }
  }

  /** How it is called in the table. */
  String name();

  /** Explores the whole state space in a new process. */
  Sample run() throws IOException, InterruptedException;
}
