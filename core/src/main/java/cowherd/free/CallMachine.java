package cowherd.free;

import static cowherd.machine.State.*;

import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.Rule;
import cowherd.machine.Canonical;
import cowherd.machine.State;
import cowherd.operation.Machine;
import cowherd.operation.StepLog;
import cowherd.operation.Value;
import cowherd.property.Forwarder;
import java.util.ArrayList;
import java.util.List;

/**
 * A free program on one kernel, call by call: a call runs as far as it gets without waiting, and
 * nobody else moves meanwhile. What the outside can see afterwards is its observation.
 */
final class CallMachine {
  /** The call has returned. */
  static final int RETURNED = 0;

  /** It waits for somebody. */
  static final int WAITS = 1;

  /** It cannot even begin, or go on. */
  static final int CANNOT = 2;

  /** It goes round in a loop, alone, and never returns. */
  static final int LOOPS = 3;

  /** Steps of a call, after which it loops: no call of so little memory takes as many. */
  private static final int STEPS_MAX = 2_000;

  private final Configuration c;
  private final Machine machine;
  private final State s;
  private final Canonical canonical;
  private final byte[] saved;
  private final List<Rule> rules = new ArrayList<>();
  private int result;
  private int faults;
  private int copies;

  CallMachine(FreeProgram free, Kernel kernel, int frames, int entries) {
    c = free.configuration();
    machine =
        new Machine(
            free.program(), kernel, frames, entries, Options.PIN_BIAS_DEFAULT, new Forwarder());
    s = machine.state();
    canonical = new Canonical(s.layout());
    saved = new byte[s.layout().bytes()];
  }

  State state() {
    return s;
  }

  void reset() {
    machine.reset();
    for (int t = 0; t < c.processes() * c.threads(); t++) {
      s.setRegister(FreeProgram.storedBy(t), 0);
    }
  }

  /** Numbers frames anew and drops what the outside cannot see. */
  void normalise() {
    s.dropGhosts();
    canonical.rename(s);
  }

  /** Notes the rules that fire from now on. */
  void listen() {
    machine.listen(
        new StepLog() {
          @Override
          public void rule(Rule rule) {
            rules.add(rule);
          }

          @Override
          public void say(String text) {}
        });
  }

  /** The rules that fired in the last move. */
  List<Rule> rules() {
    return List.copyOf(rules);
  }

  /** Whether a thread is between two calls and may begin any. */
  boolean choosing(int thread) {
    return machine.choosing(thread);
  }

  /** Page faults of the last move. */
  int faults() {
    return faults;
  }

  /** Pages that the last move copied. */
  int copies() {
    return copies;
  }

  /** The result of the last call: a number, or a code of {@link Value}. */
  int result() {
    return result;
  }

  /**
   * A call, or the rest of one that waited.
   *
   * @param item the item of the menu; of a call that waited any
   * @param value what it stores
   * @return {@link #RETURNED}, {@link #WAITS}, {@link #CANNOT} or {@link #LOOPS}
   * @throws Machine.OutOfModel when the model does not cover it
   */
  int move(int thread, int item, int value) {
    boolean begins = machine.choosing(thread);
    rules.clear();
    result = Value.UNSET;
    faults = 0;
    copies = 0;
    System.arraycopy(s.bytes(), 0, saved, 0, saved.length);
    if (begins) {
      s.setRegister(FreeProgram.storedBy(thread), value);
    }
    s.chooseFree(0);
    if (!machine.step(thread, begins ? item : 0)) {
      s.load(saved, 0);
      return CANNOT;
    }
    count();
    for (int steps = 0; !machine.choosing(thread); steps++) {
      if (steps == STEPS_MAX) {
        return LOOPS;
      }
      System.arraycopy(s.bytes(), 0, saved, 0, saved.length);
      int heard = rules.size();
      if (!machine.step(thread, 0)) {
        s.load(saved, 0);
        rules.subList(heard, rules.size()).clear();
        return WAITS;
      }
      count();
    }
    result = s.register(FreeProgram.resultOf(thread));
    s.setRegister(FreeProgram.resultOf(thread), Value.UNSET);
    s.setRegister(FreeProgram.storedBy(thread), 0);
    return RETURNED;
  }

  private void count() {
    faults += machine.costFaults();
    copies += machine.costCopies();
  }

  /** What can be seen of memory: what each process would load, what is behind each reference. */
  int[] observe() {
    List<Integer> seen = new ArrayList<>();
    for (Seen what : seen()) {
      seen.add(value(what));
    }
    return seen.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Something that can be seen. */
  sealed interface Seen {
    /** Whether a process lives. */
    record Life(int process) implements Seen {}

    /** A word that a process would load; -1 where it has no mapping. */
    record Word(int process, int page, int word) implements Seen {}

    /** A word behind a reference; -1 when there is none, or nobody who could look. */
    record Behind(int slot, int word) implements Seen {}

    /** A word of a file. */
    record InFile(int file, int word) implements Seen {}
  }

  /** All that can be seen, in the order of {@link #observe}. */
  List<Seen> seen() {
    List<Seen> all = new ArrayList<>();
    for (int p = 0; p < c.processes(); p++) {
      all.add(new Seen.Life(p));
    }
    for (int w = 0; w < c.words(); w++) {
      for (int p = 0; p < c.processes(); p++) {
        for (int v = 0; v < c.pages(); v++) {
          all.add(new Seen.Word(p, v, w));
        }
      }
      for (int h = 0; h < c.references(); h++) {
        all.add(new Seen.Behind(h, w));
      }
      for (int f = 0; f < machine.program().files().size(); f++) {
        all.add(new Seen.InFile(f, w));
      }
    }
    return all;
  }

  int value(Seen what) {
    return switch (what) {
      case Seen.Life(int process) -> s.life(process) == ALIVE ? 1 : 0;
      case Seen.Word(int process, int page, int word) -> {
        boolean mapped = s.life(process) == ALIVE && (s.vma(process, page) & VMA) != 0;
        yield mapped ? Math.max(0, s.mappedWord(process, page, word)) : -1;
      }
      case Seen.Behind(int slot, int word) ->
          (s.handleBits(slot) & LIVE) != 0 && s.life(s.handleOwner(slot)) == ALIVE
              ? s.word(s.handleFrame(slot), word)
              : -1;
      case Seen.InFile(int file, int word) -> s.word(file + 1, word);
    };
  }
}
