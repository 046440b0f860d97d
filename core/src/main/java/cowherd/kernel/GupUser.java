package cowherd.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which reference a user of get_user_pages takes.
 *
 * @param name the row, one of {@link #NAMES}
 * @param attempts bits of {@link GupFlags}; a later attempt runs when the one before returned no
 *     page; at least one
 * @param because what the row means, or empty
 * @param kernel the kernel whose file states the row
 */
public record GupUser(String name, List<Integer> attempts, String because, String kernel) {
  /** Most attempts of a row. */
  public static final int ATTEMPTS_MAX = 4;

  /**
   * All rows of the table, in its order. The first ten are the functions themselves: their rows say
   * how the caller enters, and the flags of the call are added.
   */
  public static final List<String> NAMES =
      List.of(
          "get_user_pages",
          "get_user_pages_unlocked",
          "get_user_pages_remote",
          "get_user_pages_fast",
          "get_user_pages_fast_only",
          "pin_user_pages",
          "pin_user_pages_unlocked",
          "pin_user_pages_remote",
          "pin_user_pages_fast",
          "pin_user_pages_fast_only",
          "O_DIRECT-write",
          "O_DIRECT-read",
          "vmsplice",
          "process_vm_readv",
          "process_vm_writev",
          "ptrace-peek",
          "ptrace-poke",
          "proc-mem-read",
          "proc-mem-write",
          "proc-cmdline",
          "coredump",
          "uprobes",
          "perf",
          "futex",
          "kvm-fault",
          "io_uring-buffer",
          "rdma-mr",
          "rdma-mr-readonly",
          "vfio-dma",
          "vfio-dma-readonly",
          "i915-userptr");

  public GupUser {
    attempts = List.copyOf(attempts);
    if (attempts.isEmpty()) {
      throw new IllegalArgumentException("GupUser: no attempt");
    }
  }

  /** The attempts in the words of the rule language. */
  public String text() {
    return attempts.stream().map(GupUser::words).collect(Collectors.joining(" then "));
  }

  private static String words(int flags) {
    return Arrays.stream(GupWord.values())
        .filter(w -> (flags & w.bit()) != 0)
        .map(GupWord::word)
        .collect(Collectors.joining(" "));
  }
}
