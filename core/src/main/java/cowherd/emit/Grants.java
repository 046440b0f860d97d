package cowherd.emit;

import static cowherd.machine.State.ALIVE;
import static cowherd.machine.State.KIND;
import static cowherd.machine.State.PRESENT;

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
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

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
  private byte[] origins = NO_ORIGINS;
  private final Ksmd ksmd;

  private Grants(LitmusTest test, Kernel kernel, int frames) {
    program = test.program();
    machine =
        new Machine(program, kernel, frames, frames, Options.PIN_BIAS_DEFAULT, new Forwarder());
    machine.useSynchronousSwap(); // what the runner swaps to
    s = machine.state();
    canonical = new Canonical(s.layout());
    RunnerText numbers = new RunnerText(program);
    sights = new Sights(machine, numbers);
    ksmd = new Ksmd(machine, numbers);
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

  /**
   * A state, by its bytes; on the way through a call and at its end, also by what became of the
   * frames that were there when it began.
   */
  static final class Node {
    private final byte[] bytes;

    /** For each frame, which it was when the call began; 0 when it was none. */
    private final byte[] origins;

    /** Pages, process by process, that are mapped as before the call, but to another frame. */
    private final BitSet moved;

    private final int hash;

    private Node(byte[] bytes, byte[] origins, BitSet moved) {
      this.bytes = bytes;
      this.origins = origins;
      this.moved = moved;
      this.hash = 31 * Arrays.hashCode(bytes) + 7 * Arrays.hashCode(origins) + moved.hashCode();
    }

    private Node bare() {
      return new Node(bytes, NO_ORIGINS, NOTHING_MOVED);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Node n
          && Arrays.equals(bytes, n.bytes)
          && Arrays.equals(origins, n.origins)
          && moved.equals(n.moved);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private static final byte[] NO_ORIGINS = {};
  private static final BitSet NOTHING_MOVED = new BitSet();

  /** The states before the first call. */
  Set<Node> start() {
    machine.reset();
    origins = NO_ORIGINS;
    Set<Node> all = new LinkedHashSet<>();
    rest(List.of(node()), -1).forEach(node -> all.add(node.bare()));
    return Set.copyOf(all);
  }

  /** The state that the machine is in, after {@link #origins} were those of the one before. */
  private Node node() {
    s.dropGhosts();
    canonical.rename(s);
    byte[] renamed = origins.length == 0 ? NO_ORIGINS : new byte[origins.length];
    for (int f = 1; f < renamed.length; f++) {
      renamed[f] = isFree(f) ? 0 : origins[canonical.previousFrame(f)];
    }
    return new Node(s.bytes().clone(), renamed, NOTHING_MOVED);
  }

  private void load(Node node) {
    s.load(node.bytes, 0);
    origins = node.origins;
  }

  /** The same state at the beginning of a call: every frame is what it is. */
  private Node marked(Node node) {
    s.load(node.bytes, 0);
    byte[] all = new byte[s.layout().shape().frames() + 1];
    for (int f = 1; f < all.length; f++) {
      all[f] = isFree(f) ? 0 : (byte) f;
    }
    return new Node(node.bytes, all, NOTHING_MOVED);
  }

  private boolean isFree(int frame) {
    return frame > program.files().size() && s.refcount(frame) == 0;
  }

  /** The state at the end of a call, with what has moved since its beginning. */
  private Node moved(Node before, Node after) {
    int pages = program.pages();
    int[] frames = new int[program.processes().size() * pages];
    s.load(before.bytes, 0);
    for (int i = 0; i < frames.length; i++) {
      frames[i] = mappedFrame(i / pages, i % pages);
    }
    BitSet moved = new BitSet();
    s.load(after.bytes, 0);
    for (int i = 0; i < frames.length; i++) {
      int now = mappedFrame(i / pages, i % pages);
      boolean named = now >= 0 && now < after.origins.length;
      int origin = named ? after.origins[now] : now; // the zero page has no other name
      moved.set(i, frames[i] >= 0 && now >= 0 && origin != frames[i]);
    }
    return new Node(after.bytes, NO_ORIGINS, moved);
  }

  private int mappedFrame(int process, int page) {
    boolean mapped = s.life(process) == ALIVE && (s.pteBits(process, page) & KIND) == PRESENT;
    return mapped ? s.pteTarget(process, page) : -1;
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
    ksmd.before(machine.instructionOf(thread));
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
    ksmd.before(machine.instructionOf(thread));
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

  /** The same; states to which different copies have led are told apart. */
  Set<Node> grantAndWatch(Set<Node> from, int thread) {
    Set<Node> bare = new LinkedHashSet<>();
    from.forEach(node -> bare.add(node.bare()));
    Set<Node> all = new LinkedHashSet<>();
    for (Node node : bare) {
      Node before = marked(node);
      for (Node after : grant(Set.of(before), thread)) {
        all.add(moved(before, after));
      }
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
      boolean moves =
          steps(
              node,
              this::choicesOfBegun,
              next -> {
                if (seen.add(next)) {
                  work.add(next);
                }
              });
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
    return steps(node, actor -> machine.mayMove(actor) ? machine.choices(actor) : 0, next);
  }

  /** Of calls that have begun: no thread begins another, and none goes through a TLB. */
  private int choicesOfBegun(int actor) {
    if (isBackground(actor)) {
      return machine.choices(actor);
    }
    return machine.running(actor) && !machine.betweenCalls(actor) ? 1 : 0;
  }

  private boolean steps(Node node, IntUnaryOperator choicesOf, Consumer<Node> next) {
    boolean moves = false;
    for (int actor = 0; actor < machine.actors(); actor++) {
      load(node);
      int choices = choicesOf.applyAsInt(actor);
      for (int choice = 0; choice < choices; choice++) {
        load(node);
        s.chooseFree(0);
        if (machine.step(actor, choice)) {
          moves |= !isBackground(actor);
          next.accept(node());
        }
      }
    }
    return moves;
  }

  private boolean isBackground(int actor) {
    return actor >= program.threads().size();
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
    return sights.look(node.moved);
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
