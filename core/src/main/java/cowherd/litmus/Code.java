package cowherd.litmus;

import cowherd.operation.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The code of one thread while it is compiled. */
final class Code {
  /** Unwinds to the end of the thread; the mistake is reported already. */
  static final class TooLong extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TooLong() {
      super("too long", null, false, false);
    }
  }

  private static final TooLong TOO_LONG = new TooLong();

  /** Statements that are compiled, those of empty loops included, before it is too long. */
  private static final int STATEMENTS_MAX = 16 * Limits.INSTRUCTIONS_MAX;

  private final Problems problems;
  private final List<Draft> drafts = new ArrayList<>();
  private int statements;

  Code(Problems problems) {
    this.problems = problems;
  }

  int size() {
    return drafts.size();
  }

  /** Counts a statement. */
  void statement(Span span) {
    if (++statements > STATEMENTS_MAX) {
      throw tooLong(span);
    }
  }

  Draft add(Draft draft) {
    if (drafts.size() >= Limits.INSTRUCTIONS_MAX) {
      throw tooLong(draft.span);
    }
    drafts.add(draft);
    return draft;
  }

  private TooLong tooLong(Span span) {
    problems.error(
        span,
        "a thread has more than " + Limits.INSTRUCTIONS_MAX + " instructions",
        "each round of `repeat` counts");
    return TOO_LONG;
  }

  List<Instruction> finish(Source source) {
    return drafts.stream()
        .map(draft ->
            draft.finish(
                new Draft.SourcePosition(source.folded(draft.span), source.line(draft.span))))
        .toList();
  }

  /** An instruction of a loop that can go round without a call, a load or a store. */
  Optional<Draft> endlessLoop() {
    int[] colour = new int[drafts.size()];
    for (int start = 0; start < drafts.size(); start++) {
      Optional<Draft> found = cycleFrom(start, colour);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** Depth first over local instructions, with a stack of its own; 1 is open, 2 is done. */
  private Optional<Draft> cycleFrom(int start, int[] colour) {
    List<Integer> stack = new ArrayList<>(List.of(start));
    while (!stack.isEmpty()) {
      int at = stack.getLast();
      if (colour[at] == 0 && drafts.get(at).isLocal()) {
        colour[at] = 1;
        for (int next : successors(at)) {
          if (colour[next] == 1) {
            return Optional.of(drafts.get(at));
          }
          stack.add(next);
        }
      } else {
        colour[at] = 2;
        stack.removeLast();
      }
    }
    return Optional.empty();
  }

  private List<Integer> successors(int at) {
    Draft draft = drafts.get(at);
    List<Integer> all =
        switch (draft.op) {
          case JUMP -> List.of(draft.flags);
          case BRANCH_UNLESS -> List.of(at + 1, draft.flags);
          case END -> List.of();
          default -> List.of(at + 1);
        };
    return all.stream().filter(next -> next < drafts.size()).toList();
  }
}
