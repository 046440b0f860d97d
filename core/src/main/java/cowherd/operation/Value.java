package cowherd.operation;

/**
 * Values of words and registers: one unsigned byte. 0 to {@link #MAX} are the test's own numbers;
 * above them stand errno codes, signals, and "never set".
 */
public final class Value {
  /** The largest number that a test may use. */
  public static final int MAX = 199;

  public static final int UNSET = 255;
  public static final int SIGSEGV = 254;
  public static final int SIGBUS = 253;
  public static final int EFAULT = 252;
  public static final int EEXIST = 251;
  public static final int EINVAL = 250;
  public static final int EAGAIN = 249;
  public static final int ENOENT = 248;
  public static final int EBUSY = 247;
  public static final int ENOMEM = 246;
  public static final int ESRCH = 245;
  public static final int EIO = 244;
  public static final int EBADF = 243;
  public static final int EINTR = 242;
  public static final int EPERM = 241;
  public static final int ECHILD = 240;
  public static final int EOPNOTSUPP = 239;
  public static final int ENOTTY = 238;

  /** Codes 230 to 237: userfaultfd events, in the register that {@code read(u)} fills. */
  public static final int UFFD_EVENT_PAGEFAULT = 230;

  public static final int UFFD_EVENT_FORK = 231;
  public static final int UFFD_EVENT_REMAP = 232;
  public static final int UFFD_EVENT_REMOVE = 233;
  public static final int UFFD_EVENT_UNMAP = 234;

  private Value() {}

  /** Whether the code is an error, a signal or "never set", and not a number. */
  public static boolean isNumber(int value) {
    return value <= MAX;
  }

  /** How a value is printed. */
  public static String name(int value) {
    return switch (value) {
      case UNSET -> "unset";
      case SIGSEGV -> "SIGSEGV";
      case SIGBUS -> "SIGBUS";
      case EFAULT -> "-EFAULT";
      case EEXIST -> "-EEXIST";
      case EINVAL -> "-EINVAL";
      case EAGAIN -> "-EAGAIN";
      case ENOENT -> "-ENOENT";
      case EBUSY -> "-EBUSY";
      case ENOMEM -> "-ENOMEM";
      case ESRCH -> "-ESRCH";
      case EIO -> "-EIO";
      case EBADF -> "-EBADF";
      case EINTR -> "-EINTR";
      case EPERM -> "-EPERM";
      case ECHILD -> "-ECHILD";
      case EOPNOTSUPP -> "-EOPNOTSUPP";
      case ENOTTY -> "-ENOTTY";
      case UFFD_EVENT_PAGEFAULT -> "UFFD_EVENT_PAGEFAULT";
      case UFFD_EVENT_FORK -> "UFFD_EVENT_FORK";
      case UFFD_EVENT_REMAP -> "UFFD_EVENT_REMAP";
      case UFFD_EVENT_REMOVE -> "UFFD_EVENT_REMOVE";
      case UFFD_EVENT_UNMAP -> "UFFD_EVENT_UNMAP";
      default -> Integer.toString(value);
    };
  }
}
