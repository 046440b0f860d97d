package cowherd.litmus;

/**
 * Kernels that an expectation names. Whether they exist, and which releases lie between two of
 * them, only a library of kernels knows.
 */
public sealed interface KernelRange {
  /** Where the test names them. */
  Place place();

  /** One kernel. */
  record One(String kernel, Place place) implements KernelRange {}

  /** {@code v5.7..v5.8}: both ends included. */
  record Between(String first, String last, Place place) implements KernelRange {}

  /** {@code v5.9..}: every release from there. */
  record From(String first, Place place) implements KernelRange {}

  /** As it is written. */
  default String text() {
    return switch (this) {
      case One one -> one.kernel;
      case Between between -> between.first + ".." + between.last;
      case From from -> from.first + "..";
    };
  }
}
