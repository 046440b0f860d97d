package cowherd.free;

import cowherd.free.CallMachine.Seen;
import cowherd.kernel.Rule;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The same moves on two kernels, with values of their own, told in detail. */
final class Contrast {
  private static final int FIRST_STORED = 2;

  private final FreeProgram free;
  private final CallMachine one;
  private final CallMachine two;
  private final boolean costs;

  Contrast(FreeProgram free, CallMachine one, CallMachine two, boolean costs) {
    this.free = free;
    this.one = one;
    this.two = two;
    this.costs = costs;
  }

  /**
   * Where two kernels part.
   *
   * @param moves the moves up to there
   * @param events the calls that begin on them
   * @param what what differs
   * @param first the rules that fired on the one kernel
   * @param second those on the other
   */
  record Parting(
      List<Move> moves, List<Event> events, Differs what, List<Rule> first, List<Rule> second) {}

  /** What differs. */
  sealed interface Differs {
    /** Only one of them waits, or loops; {@code firstWaits} says whether that is the first. */
    record Waiting(boolean firstWaits) implements Differs {}

    /** The results of the last call: numbers, or codes of {@link Value}. */
    record Results(int first, int second) implements Differs {}

    /** Something that can be seen afterwards. */
    record Memory(Seen what, int first, int second) implements Differs {}

    /** Faults, or copies, of the last call. */
    record Costs(String what, int first, int second) implements Differs {}
  }

  /**
   * Goes along some moves until the kernels part; nothing when they do not. A move that cannot be,
   * because one before it was taken away, is passed over.
   */
  Optional<Parting> along(List<Move> moves) {
    one.reset();
    two.reset();
    List<Move> done = new ArrayList<>();
    Teller teller = new Teller(free);
    List<Rule> rulesOne = new ArrayList<>();
    List<Rule> rulesTwo = new ArrayList<>();
    int next = FIRST_STORED;
    for (Move move : moves) {
      if (move.begins() != (one.choosing(move.thread()) && two.choosing(move.thread()))) {
        continue;
      }
      int first = one.move(move.thread(), move.item(), next);
      int second = two.move(move.thread(), move.item(), next);
      next += move.begins() && free.items().get(move.item()).stores() ? 1 : 0;
      if (first == CallMachine.CANNOT && second == CallMachine.CANNOT) {
        continue;
      }
      if (move.begins()) {
        teller.tell(move.thread(), free.items().get(move.item()));
      }
      done.add(move);
      rulesOne.addAll(one.rules());
      rulesTwo.addAll(two.rules());
      Optional<Differs> differs = differs(first, second);
      if (differs.isPresent()) {
        Differs told = named(differs.get(), teller);
        return Optional.of(new Parting(done, teller.events(), told, rulesOne, rulesTwo));
      }
    }
    return Optional.empty();
  }

  /** The same by the names of the program: a place of the configuration is used again and again. */
  private static Differs named(Differs what, Teller teller) {
    if (!(what instanceof Differs.Memory(Seen seen, int first, int second))) {
      return what;
    }
    Seen told =
        switch (seen) {
          case Seen.Life(int process) -> new Seen.Life(teller.processAt(process));
          case Seen.Word(int process, int page, int word) ->
              new Seen.Word(teller.processAt(process), page, word);
          case Seen.Behind(int slot, int word) -> new Seen.Behind(teller.referenceAt(slot), word);
          case Seen.InFile file -> file;
        };
    return new Differs.Memory(told, first, second);
  }

  /** What is different after the last move of both. */
  Optional<Differs> differs(int first, int second) {
    if (costs) {
      return costs();
    }
    if (first != second) {
      return Optional.of(new Differs.Waiting(first != CallMachine.RETURNED));
    }
    if (first == CallMachine.RETURNED && one.result() != two.result()) {
      return Optional.of(new Differs.Results(one.result(), two.result()));
    }
    int[] a = one.observe();
    int[] b = two.observe();
    int at = Arrays.mismatch(a, b);
    return at < 0
        ? Optional.empty()
        : Optional.of(new Differs.Memory(one.seen().get(at), a[at], b[at]));
  }

  private Optional<Differs> costs() {
    if (one.copies() != two.copies()) {
      return Optional.of(new Differs.Costs("copies", one.copies(), two.copies()));
    }
    return one.faults() == two.faults()
        ? Optional.empty()
        : Optional.of(new Differs.Costs("faults", one.faults(), two.faults()));
  }
}
