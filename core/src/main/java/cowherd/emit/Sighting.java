package cowherd.emit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What can be seen between two calls, of the model or of a kernel.
 *
 * @param registers the values of all registers, as {@link cowherd.operation.Value} codes
 * @param threads a character for each thread: {@code i} between calls, {@code b} in one that
 *     sleeps, {@code e} not running
 * @param pages for each page of each living process, {@code A.x}, what is mapped there
 */
record Sighting(List<Integer> registers, String threads, TreeMap<String, Mapped> pages) {
  /** A value of a register that this kernel does not tell. */
  static final int UNSEEN = 228;

  /**
   * A page.
   *
   * @param kind {@code p} present, {@code s} swapped out, {@code -} neither
   * @param frame which frame or swap slot, numbered by first appearance; empty when not told
   * @param flags x exclusively mapped, w uffd-wp, f file, z zero page, k KSM, a PG_anon_exclusive,
   *     c another frame than before the call (a copy, mostly)
   */
  record Mapped(char kind, String frame, String flags) {
    /** As a report tells it: the flags that are compared, in one order. */
    String told() {
      StringBuilder text = new StringBuilder();
      "xwfzkac".chars().filter(f -> flags.indexOf(f) >= 0).forEach(f -> text.append((char) f));
      return kind + frame + text;
    }
  }

  /** Nothing yet. */
  static final Sighting NOTHING = new Sighting(List.of(), "", new TreeMap<>());

  /** What a kernel tells; of the rest nothing is compared. */
  record Eyes(boolean frames, boolean copies, boolean flags, boolean wp, boolean ksm) {}

  /** Reads a line of the runner, {@code #> thread how | registers | threads | pages}. */
  static Sighting parse(String line) {
    String[] parts = line.split("\\|", -1);
    TreeMap<String, Mapped> pages = new TreeMap<>();
    for (String page : parts[3].strip().split(" ")) {
      int colon = page.indexOf(':');
      if (colon > 0) {
        pages.put(page.substring(0, colon), mapped(page.substring(colon + 1)));
      }
    }
    return new Sighting(numbers(parts[1]), parts[2].strip(), pages);
  }

  /** Numbers with blanks between them. */
  static List<Integer> numbers(String text) {
    List<Integer> numbers = new ArrayList<>();
    for (String number : text.strip().split(" ")) {
      if (!number.isEmpty()) {
        numbers.add(Integer.parseInt(number));
      }
    }
    return numbers;
  }

  /** Words of memory and files as the runner tells them, {@code A.x[0]=1 file0[0]=2}. */
  static Map<String, Integer> words(String text) {
    Map<String, Integer> words = new TreeMap<>();
    for (String word : text.strip().split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        words.put(word.substring(0, equals), Integer.parseInt(word.substring(equals + 1)));
      }
    }
    return words;
  }

  private static Mapped mapped(String text) {
    int end = 1;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    return new Mapped(text.charAt(0), text.substring(1, end), text.substring(end));
  }

  /**
   * In what a kernel's sighting is not this one, which the model makes; empty when it is the same.
   *
   * @param names names of registers
   */
  List<String> differences(Sighting kernel, Eyes eyes, List<String> names) {
    List<String> result = new ArrayList<>();
    for (int r = 0; r < registers.size() && r < kernel.registers.size(); r++) {
      int seen = kernel.registers.get(r);
      if (seen != UNSEEN && seen != registers.get(r)) {
        result.add(names.get(r));
      }
    }
    if (!threads.equals(kernel.threads)) {
      result.add("threads");
    }
    if (!pages.keySet().equals(kernel.pages.keySet())) {
      result.add("processes");
      return result;
    }
    pages.forEach((name, mapped) -> {
      Mapped seen = kernel.pages.get(name);
      if (seen == null || !same(mapped, seen, eyes)) {
        result.add(name);
      }
    });
    return result;
  }

  private static boolean same(Mapped model, Mapped kernel, Eyes eyes) {
    if (model.kind != kernel.kind || eyes.frames() && !model.frame.equals(kernel.frame)) {
      return false;
    }
    String compared =
        "xf"
            + (eyes.copies() ? "c" : "")
            + (eyes.wp() ? "w" : "")
            + (eyes.flags() ? "za" : "")
            + (eyes.ksm() ? "k" : "");
    for (char flag : compared.toCharArray()) {
      boolean unknown = model.flags.indexOf(Character.toUpperCase(flag)) >= 0;
      if (!unknown && model.flags.indexOf(flag) >= 0 != kernel.flags.indexOf(flag) >= 0) {
        return false;
      }
    }
    return true;
  }
}
