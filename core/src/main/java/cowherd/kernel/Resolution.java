package cowherd.kernel;

import cowherd.kernel.source.Diagnostics;

/** What came of asking for a kernel. */
public sealed interface Resolution {
  /**
   * The kernel.
   *
   * @param file the file whose rules were taken: a built-in name or the user's path
   * @param note what the user should know about the choice, or empty: {@code v5.10 has the rules of
   *     v5.9}
   */
  record Found(Kernel kernel, String file, String note) implements Resolution {}

  /** The kernel does not exist or its file has mistakes. */
  record Failed(Diagnostics diagnostics) implements Resolution {}

  /**
   * The kernel, for callers that know that it exists.
   *
   * @throws IllegalArgumentException with the rendered mistakes
   */
  default Kernel orThrow() {
    return switch (this) {
      case Found found -> found.kernel();
      case Failed failed -> throw new IllegalArgumentException(failed.diagnostics().render());
    };
  }
}
