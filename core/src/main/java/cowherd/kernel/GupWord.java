package cowherd.kernel;

import java.util.Arrays;
import java.util.Optional;

/** A word in a row of the {@code users} table of a kernel file. */
public enum GupWord {
  GET("get", GupFlags.FOLL_GET, "FOLL_GET: an ordinary reference"),
  PIN("pin", GupFlags.FOLL_PIN, "FOLL_PIN"),
  WRITE("write", GupFlags.FOLL_WRITE, "FOLL_WRITE: the holder will write to the page"),
  FORCE("force", GupFlags.FOLL_FORCE, "FOLL_FORCE: missing VM_READ or VM_WRITE is ignored"),
  LONGTERM("longterm", GupFlags.FOLL_LONGTERM, "FOLL_LONGTERM"),
  FAST("fast", GupFlags.FAST, "begins with the lockless walk"),
  FAST_ONLY("fast-only", GupFlags.FOLL_FAST_ONLY, "has no slow path; goes with `fast`"),
  MAY_WAIT(
      "may-wait",
      GupFlags.MAY_WAIT,
      "gives a `locked` pointer: a fault may drop mmap_lock and sleep for userfaultfd"),
  REMOTE("remote", GupFlags.REMOTE, "the pages belong to another process"),
  HOLDS_MMAP_LOCK(
      "holds-mmap-lock",
      GupFlags.HOLDS_MMAP_LOCK,
      "keeps mmap_lock for reading until the bytes are moved"),
  NOWAIT("nowait", GupFlags.FOLL_NOWAIT, "FOLL_NOWAIT: a fault that would have to wait gives up"),
  WRONG_SIDE_OK(
      "wrong-side-ok",
      GupFlags.FOLL_READ_WRONG_SIDE_COW_OK,
      "FOLL_READ_WRONG_SIDE_COW_OK: either side of a COW is acceptable");

  private final String word;
  private final int bit;
  private final String meaning;

  GupWord(String word, int bit, String meaning) {
    this.word = word;
    this.bit = bit;
    this.meaning = meaning;
  }

  /** The word of the rule language. */
  public String word() {
    return word;
  }

  /** The bit of {@link GupFlags}. */
  public int bit() {
    return bit;
  }

  /** One line for the rule reference. */
  public String meaning() {
    return meaning;
  }

  static Optional<GupWord> of(String word) {
    return Arrays.stream(values()).filter(w -> w.word.equals(word)).findFirst();
  }
}
