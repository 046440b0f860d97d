package cowherd.emit;

import cowherd.litmus.LitmusTest;
import java.util.List;

/** Whether user space can make the calls of a test on a real kernel. */
public sealed interface Carried {
  /**
   * It can.
   *
   * @param test the test with every call replaced by the one that carries it: the model and the
   *     kernel run the same
   * @param carriers what was replaced by what, a sentence each
   */
  record Runnable(LitmusTest test, List<String> carriers) implements Carried {
    public Runnable {
      carriers = List.copyOf(carriers);
    }
  }

  /** It cannot. */
  record Unable(String reason) implements Carried {}
}
