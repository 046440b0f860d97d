package cowherd.kernel;

/** Bits of a get_user_pages request: the field's FOLL_* flags, and how the caller enters. */
public final class GupFlags {
  public static final int FOLL_WRITE = 1;
  public static final int FOLL_GET = 1 << 1;
  public static final int FOLL_PIN = 1 << 2;
  public static final int FOLL_LONGTERM = 1 << 3;
  public static final int FOLL_FORCE = 1 << 4;
  public static final int FOLL_FAST_ONLY = 1 << 5;
  public static final int FOLL_NOWAIT = 1 << 6;
  public static final int FOLL_READ_WRONG_SIDE_COW_OK = 1 << 7;

  /** The caller begins with the lockless walk. */
  public static final int FAST = 1 << 8;

  /** The caller gives a {@code locked} pointer: the fault may drop mmap_lock and sleep. */
  public static final int MAY_WAIT = 1 << 9;

  /** The pages belong to another mm than the caller's. */
  public static final int REMOTE = 1 << 10;

  /** The caller keeps mmap_lock for reading until it has moved the bytes. */
  public static final int HOLDS_MMAP_LOCK = 1 << 11;

  private GupFlags() {}
}
