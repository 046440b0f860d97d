package cowherd.litmus;

import cowherd.operation.Program;

/**
 * How large a file and a test may be. Every bound is checked where the thing is read or made, so
 * that no input, however long or deep, costs more than a message.
 */
public final class Limits {
  /** Characters of a file (1 MiB). */
  public static final int FILE_CHARACTERS_MAX = 1 << 20;

  /** Tokens of a file, comments included. */
  public static final int TOKENS_MAX = 200_000;

  /** Tests of a file. */
  public static final int TESTS_MAX = 512;

  /** Cases of a file: a test for each of its kinds of memory. */
  public static final int CASES_MAX = 2048;

  /** Mistakes reported of a file. */
  public static final int DIAGNOSTICS_MAX = 40;

  /** Blocks and parentheses within each other. */
  public static final int NESTING_MAX = 64;

  /** Operators of one expression. */
  public static final int OPERATORS_MAX = 64;

  /** Characters of a name. */
  public static final int NAME_CHARACTERS_MAX = 64;

  /** Processes of a test. */
  public static final int PROCESSES_MAX = 6;

  /** Threads of a test: main threads, further threads and kernel threads. */
  public static final int THREADS_MAX = 12;

  /** Virtual pages of a test. */
  public static final int PAGES_MAX = 16;

  /** Words of a page. */
  public static final int WORDS_MAX = Program.WORDS_MAX;

  /** Huge pages of the hugetlb pool, when the test does not say {@code pool}. */
  public static final int HUGE_PAGES = 64;

  /** Files of a test, and as many pipes, and as many userfaultfds. */
  public static final int OBJECTS_MAX = 8;

  /** Signals of a test, and as many barriers. */
  public static final int SIGNALS_MAX = 16;

  /** Registers of a test, hidden ones included. */
  public static final int REGISTERS_MAX = 120;

  /** Handle slots of a test: pages that its references can hold at once. */
  public static final int HANDLES_MAX = 32;

  /** Instructions of one thread, loops that are written out included. */
  public static final int INSTRUCTIONS_MAX = 256;

  /** Rounds of {@code repeat}. */
  public static final int REPEAT_MAX = 16;

  private Limits() {}
}
