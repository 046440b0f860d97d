package cowherd.kernel;

import java.util.List;

/** What came of looking up a name or a range of names of built-in kernels. */
public sealed interface KernelNames {
  /** The built-in kernels meant, oldest first; at least one. */
  record Known(List<String> names) implements KernelNames {
    public Known {
      names = List.copyOf(names);
    }
  }

  /**
   * The name or range means nothing.
   *
   * @param message what is wrong, a clause
   * @param fix what to write instead, or empty
   */
  record Unknown(String message, String fix) implements KernelNames {}
}
