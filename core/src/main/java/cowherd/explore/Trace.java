package cowherd.explore;

import cowherd.kernel.Rule;
import java.util.List;

/**
 * A run told step by step.
 *
 * @param start memory before the first step
 * @param steps the steps
 * @param registers name and value of every register that was set, at the end
 */
public record Trace(MemoryView start, List<TraceStep> steps, List<String> registers) {
  public Trace {
    steps = List.copyOf(steps);
    registers = List.copyOf(registers);
  }

  /**
   * One step.
   *
   * @param actor who moved
   * @param call the call that the step belongs to, as it is written; empty for background actors
   * @param begins whether the call begins here
   * @param ends whether the call ends here
   * @param says what happened, in order
   * @param rules the rules that decided, in order
   * @param memory memory after the step
   * @param changed whether the step changed page tables, folios or swap
   * @param broken conditions that are broken now and were not before
   */
  public record TraceStep(
      int actor,
      String call,
      boolean begins,
      boolean ends,
      List<String> says,
      List<Rule> rules,
      MemoryView memory,
      boolean changed,
      List<Condition> broken) {
    public TraceStep {
      says = List.copyOf(says);
      rules = List.copyOf(rules);
      broken = List.copyOf(broken);
    }
  }

  /** Page tables, folios, swap, and references at one moment. */
  public record MemoryView(
      List<MappingView> mappings, List<FolioView> folios, List<ReferenceView> references) {
    public MemoryView {
      mappings = List.copyOf(mappings);
      folios = List.copyOf(folios);
      references = List.copyOf(references);
    }
  }

  /**
   * A PTE.
   *
   * @param process the process
   * @param page the virtual page
   * @param target {@code #2} a folio, {@code zero page}, {@code swap 1}, or {@code -}
   * @param flags {@code RW} or {@code R}, then {@code dirty}, {@code wp}, {@code exclusive} (swap)
   */
  public record MappingView(String process, String page, String target, List<String> flags) {
    public MappingView {
      flags = List.copyOf(flags);
    }
  }

  /**
   * A folio.
   *
   * @param number its name in this trace; a folio keeps it until it is freed
   * @param kind {@code anon}, {@code file NAME}
   * @param words content
   * @param mapcount present PTEs
   * @param refcount all references; a pin counts as {@code GUP_PIN_COUNTING_BIAS}
   * @param flags {@code exclusive}, {@code swapcache}, {@code locked}, {@code lru}, {@code
   *     writeback}
   */
  public record FolioView(
      int number,
      String kind,
      List<Integer> words,
      int mapcount,
      int refcount,
      List<String> flags) {
    public FolioView {
      words = List.copyOf(words);
      flags = List.copyOf(flags);
    }
  }

  /**
   * A reference that get_user_pages handed out.
   *
   * @param name the variable, or the user of get_user_pages
   * @param process the process whose page it is
   * @param kind {@code get} or {@code pin}, with {@code write}
   * @param folio the folio, 0 for the zero page
   */
  public record ReferenceView(String name, String process, String kind, int folio) {}
}
