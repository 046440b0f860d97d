package cowherd.free;

import java.util.List;

/**
 * Which programs there are: all those of so many actors, so much memory and these calls, of any
 * length.
 *
 * @param processes most processes that live at a time, 1 to {@link #PROCESSES_MAX}; A is there from
 *     the start
 * @param threads threads of each process, 1 to {@link #THREADS_MAX}
 * @param pages private anonymous pages, 1 to {@link #PAGES_MAX}
 * @param words words of a page, 1 to {@link #WORDS_MAX}
 * @param references most references at a time, 0 to {@link #REFERENCES_MAX}
 * @param values different values that a store may write, 1 or more; who compares values needs two
 * @param touched whether A has written to every page before the program begins
 * @param operations the calls, and the background actors
 */
public record Configuration(
    int processes,
    int threads,
    int pages,
    int words,
    int references,
    int values,
    boolean touched,
    Operations operations) {
  public static final int PROCESSES_MAX = 4;
  public static final int THREADS_MAX = 3;
  public static final int PAGES_MAX = 4;
  public static final int WORDS_MAX = 2;
  public static final int REFERENCES_MAX = 4;

  /** Names of processes, in the order in which a program makes them. */
  static final List<String> PROCESS_NAMES = List.of("A", "B", "C", "D");

  /** Names of pages. */
  static final List<String> PAGE_NAMES = List.of("x", "y", "z", "w");

  public Configuration {
    check("processes", processes, 1, PROCESSES_MAX);
    check("threads", threads, 1, THREADS_MAX);
    check("pages", pages, 1, PAGES_MAX);
    check("words", words, 1, WORDS_MAX);
    check("references", references, 0, REFERENCES_MAX);
  }

  private static void check(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "Configuration: " + what + " " + value + " is not in " + least + " to " + most);
    }
  }

  /** The same with another number of pages. */
  Configuration withPages(int number) {
    return new Configuration(
        processes, threads, number, words, references, values, touched, operations);
  }

  /** One line: {@code 2 processes, 1 thread each, 1 page, 1 reference}. */
  public String text() {
    return count(processes, "process", "es")
        + ", "
        + count(threads, "thread", "s")
        + " each, "
        + count(pages, "page", "s")
        + (words > 1 ? " of " + words + " words" : "")
        + (touched ? "" : " (untouched at first)")
        + ", "
        + count(references, "reference", "s");
  }

  private static String count(int number, String what, String plural) {
    return number + " " + what + (number == 1 ? "" : plural);
  }
}
