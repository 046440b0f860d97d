package cowherd.emit;

import cowherd.explore.Options;
import cowherd.kernel.Kernel;
import cowherd.kernel.Rule;
import cowherd.litmus.LitmusTest;
import cowherd.machine.Canonical;
import cowherd.machine.State;
import cowherd.operation.Evaluator;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Machine;
import cowherd.operation.Program;
import cowherd.operation.StepLog;
import cowherd.property.Forwarder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The model, granted call by call as the runner grants calls to a kernel: one thread may begin one
 * call; it, the calls that slept before, and the kernel's own actors then move, in any order, until
 * none of these calls can move any more. The result is a set of states, all that can be there then.
 */
final class Grants {
  /** Most states that one grant may lead through. */
  private static final int STATES_MAX = 200_000;

  private static final int FRAMES_MAX = 64;

  private final Program program;
  private final Machine machine;
  private final State s;
  private final Canonical canonical;
  private final Sights sights;

  private Grants(LitmusTest test, Kernel kernel, int frames) {
    program = test.program();
    machine =
        new Machine(program, kernel, frames, frames, Options.PIN_BIAS_DEFAULT, new Forwarder());
    machine.useSynchronousSwap(); // what the runner swaps to
    s = machine.state();
    canonical = new Canonical(s.layout());
    sights = new Sights(machine);
  }

  /** What can be asked with some number of frames. */
  interface Question<T> {
    T ask(Grants grants);
  }

  /**
   * Answers a question, with as many frames as it turns out to need.
   *
   * @throws Machine.OutOfModel when the model does not cover the test
   */
  static <T> T with(LitmusTest test, Kernel kernel, Question<T> question) {
    int frames = test.program().processes().size() * test.program().pages() + 2;
    while (true) {
      try {
        return question.ask(new Grants(test, kernel, Math.min(frames, FRAMES_MAX)));
      } catch (State.OutOfFrames tooFew) {
        if (frames >= FRAMES_MAX) {
          throw new Machine.OutOfModel("more than " + FRAMES_MAX + " pages of memory");
        }
        frames = frames * 3 / 2 + 1;
      } catch (State.OutOfCounter e) {
        throw new Machine.OutOfModel(String.valueOf(e.getMessage()));
      }
    }
  }

  /** A state, by its bytes. */
  static final class Node {
    private final byte[] bytes;
    private final int hash;

    Node(byte[] bytes) {
      this.bytes = bytes;
      this.hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Node n && Arrays.equals(bytes, n.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** The states before the first call. */
  Set<Node> start() {
    machine.reset();
    return Set.copyOf(rest(List.of(node()), -1));
  }

  private Node node() {
    s.dropGhosts();
    canonical.rename(s);
    return new Node(s.bytes().clone());
  }

  private void load(Node node) {
    s.load(node.bytes, 0);
  }

  /** Whether a thread could be granted a call in a state; the call may still have to wait. */
  boolean grantable(Node node, int thread) {
    load(node);
    return machine.running(thread) && machine.betweenCalls(thread);
  }

  /** Whether a call could begin: it is no wait for somebody. */
  boolean begins(Node node, int thread) {
    if (!grantable(node, thread)) {
      return false;
    }
    return begin(node, thread) != null;
  }

  /** The state after the first step of a call, or null when the call cannot begin. */
  private @org.jspecify.annotations.Nullable Node begin(Node node, int thread) {
    load(node);
    s.chooseFree(0);
    boolean locals = machine.instructionOf(thread).isLocal();
    if (!machine.step(thread, 0)) {
      return null;
    }
    if (!locals) {
      return node();
    }
    Node after = node();
    return machine.running(thread) && machine.betweenCalls(thread) ? call(after, thread) : after;
  }

  private Node call(Node node, int thread) {
    load(node);
    s.chooseFree(0);
    return machine.step(thread, 0) ? node() : node;
  }

  /** All states that can be there after a thread was granted a call. */
  Set<Node> grant(Set<Node> from, int thread) {
    Set<Node> all = new LinkedHashSet<>();
    for (Node node : from) {
      Node begun = grantable(node, thread) ? begin(node, thread) : null;
      all.addAll(begun == null ? Set.of(node) : rest(List.of(begun), thread));
    }
    return all;
  }

  /** Lets calls that have begun go on, and the kernel's actors, until no call can move. */
  private Set<Node> rest(List<Node> begun, int granted) {
    Set<Node> seen = new LinkedHashSet<>(begun);
    ArrayDeque<Node> work = new ArrayDeque<>(begun);
    Set<Node> atRest = new LinkedHashSet<>();
    while (!work.isEmpty()) {
      Node node = work.remove();
      if (seen.size() > STATES_MAX) {
        throw new Machine.OutOfModel("more than " + STATES_MAX + " states after one call");
      }
      boolean moves = false;
      for (int actor = 0; actor < machine.actors(); actor++) {
        boolean background = actor >= program.threads().size();
        load(node);
        if (!background && (!machine.running(actor) || machine.betweenCalls(actor))) {
          continue;
        }
        int choices = background ? machine.choices(actor) : 1;
        for (int choice = 0; choice < choices; choice++) {
          load(node);
          s.chooseFree(0);
          if (!machine.step(actor, choice)) {
            continue;
          }
          moves |= !background;
          Node next = node();
          if (seen.add(next)) {
            work.add(next);
          }
        }
      }
      if (!moves) {
        atRest.add(node);
      }
    }
    return granted < 0 ? Set.copyOf(atRest) : atRest;
  }

  /**
   * All states after one atomic step of anything: threads, which begin calls when they like, and
   * the kernel's actors.
   *
   * @return whether a thread can move
   */
  boolean steps(Node node, Consumer<Node> next) {
    boolean moves = false;
    for (int actor = 0; actor < machine.actors(); actor++) {
      load(node);
      int choices = machine.mayMove(actor) ? machine.choices(actor) : 0;
      for (int choice = 0; choice < choices; choice++) {
        load(node);
        s.chooseFree(0);
        if (machine.step(actor, choice)) {
          moves |= actor < program.threads().size();
          next.accept(node());
        }
      }
    }
    return moves;
  }

  /** The call that a thread would begin. */
  Instruction next(Node node, int thread) {
    load(node);
    if (machine.instructionOf(thread).isLocal()) {
      machine.step(thread, 0);
    }
    return machine.instructionOf(thread);
  }

  /** The rules that decide in a call. */
  List<Rule> rules(Set<Node> from, int thread) {
    Set<Rule> fired = new LinkedHashSet<>();
    machine.listen(
        new StepLog() {
          @Override
          public void rule(Rule rule) {
            fired.add(rule);
          }

          @Override
          public void say(String text) {}
        });
    grant(from, thread);
    machine.listen(StepLog.SILENT);
    return List.copyOf(fired);
  }

  /** What the outside sees of a state. */
  Sighting look(Node node) {
    load(node);
    return sights.look();
  }

  /** What a process would load, as a value; or what a file contains. */
  int evaluate(Node node, Expr expression) {
    load(node);
    return Evaluator.evaluate(expression, s);
  }

  /** Whether every thread that is no daemon has ended. */
  boolean complete(Node node) {
    load(node);
    return machine.complete();
  }

  Program program() {
    return program;
  }
}
