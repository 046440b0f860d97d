package cowherd.explore;

import static cowherd.machine.State.*;

import cowherd.explore.Trace.FolioView;
import cowherd.explore.Trace.MappingView;
import cowherd.explore.Trace.MemoryView;
import cowherd.explore.Trace.ReferenceView;
import cowherd.explore.Trace.TraceStep;
import cowherd.kernel.Kernel;
import cowherd.kernel.Rule;
import cowherd.litmus.LitmusTest;
import cowherd.machine.Canonical;
import cowherd.machine.State;
import cowherd.operation.Instruction;
import cowherd.operation.Machine;
import cowherd.operation.Program;
import cowherd.operation.StepLog;
import cowherd.operation.Value;
import cowherd.property.Forwarder;
import cowherd.property.Properties;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Runs a path again and tells what happens. */
public final class Replay {
  private final LitmusTest test;
  private final Program program;
  private final Machine machine;
  private final Properties properties;
  private final Conditions conditions;
  private final Canonical canonical;
  private final State s;
  private final List<String> says = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();
  private final int[] shown;
  private int nextShown = 1;

  private Replay(LitmusTest test, Kernel kernel, Options options, int frames, int entries) {
    this.test = test;
    this.program = test.program();
    Forwarder forwarder = new Forwarder();
    machine = new Machine(program, kernel, frames, entries, options.pinBias(), forwarder);
    s = machine.state();
    properties = new Properties(program, s, kernel.claims(), test.tolerated());
    forwarder.to(properties);
    conditions = new Conditions(test);
    canonical = new Canonical(s.layout());
    shown = new int[s.layout().shape().frames() + 1];
  }

  /**
   * Tells a run.
   *
   * @throws IllegalArgumentException when the path is not a run of this test on this kernel
   */
  public static Trace trace(LitmusTest test, Kernel kernel, Options options, Run path) {
    int frames = test.program().processes().size() * test.program().pages() + 2;
    while (true) {
      try {
        return new Replay(test, kernel, options, frames, frames).run(path);
      } catch (State.OutOfFrames e) {
        frames *= 2;
      }
    }
  }

  private Trace run(Run path) {
    machine.reset();
    rename();
    machine.listen(
        new StepLog() {
          @Override
          public void rule(Rule rule) {
            rules.add(rule);
          }

          @Override
          public void say(String text) {
            says.add(text);
          }
        });
    MemoryView start = memory();
    List<TraceStep> steps = new ArrayList<>();
    Set<Condition> known = new HashSet<>();
    MemoryView before = start;
    for (Run.Step step : path.steps()) {
      TraceStep told = tell(step, before, known);
      steps.add(told);
      before = told.memory();
    }
    return new Trace(start, steps, registers());
  }

  private TraceStep tell(Run.Step step, MemoryView before, Set<Condition> known) {
    says.clear();
    rules.clear();
    properties.begin();
    s.chooseFree(0);
    boolean thread = step.actor() < program.threads().size();
    String call = "";
    if (thread) {
      Instruction i = machine.instructionOf(step.actor());
      call = i.isLocal() ? "" : i.text();
    }
    if (!machine.step(step.actor(), step.choice())) {
      throw new IllegalArgumentException("Replay: the path is not a run of this test");
    }
    boolean begins = machine.startedCall();
    int bits = properties.heard();
    rename();
    bits |= properties.judge() | conditions.brokenIn(s, machine.complete());
    List<Condition> broken = conditions.of(bits).stream().filter(known::add).toList();
    MemoryView after = memory();
    return new TraceStep(
        step.actor(),
        call,
        begins,
        machine.betweenCalls(step.actor()),
        says,
        rules,
        after,
        !after.equals(before),
        broken);
  }

  private void rename() {
    canonical.rename(s);
    int[] previous = shown.clone();
    for (int f = 1; f < shown.length; f++) {
      shown[f] = 0;
    }
    for (int f = 1; f < shown.length; f++) {
      if (s.frameFlags(f) != 0) {
        int was = previous[canonical.previousFrame(f)];
        shown[f] = was != 0 ? was : nextShown++;
      }
    }
  }

  // ---- memory as it is shown

  private MemoryView memory() {
    return new MemoryView(mappings(), folios(), references());
  }

  private List<MappingView> mappings() {
    List<MappingView> result = new ArrayList<>();
    for (int p = 0; p < program.processes().size(); p++) {
      for (int v = 0; v < program.pages() && s.life(p) != UNBORN; v++) {
        if ((s.vma(p, v) & VMA) != 0 || (s.pteBits(p, v) & KIND) != NONE) {
          result.add(mapping(p, v));
        }
      }
    }
    return result;
  }

  private MappingView mapping(int p, int v) {
    int bits = s.pteBits(p, v);
    int target = s.pteTarget(p, v);
    List<String> flags = new ArrayList<>();
    String to =
        switch (bits & KIND) {
          case PRESENT -> target == ZERO_FRAME ? "zero page" : "#" + shown[target];
          case SWAP -> "swap " + target;
          case MARKER -> "marker";
          default -> "-";
        };
    if ((bits & KIND) == PRESENT) {
      flags.add((bits & W) != 0 ? "RW" : "R");
    }
    if ((bits & PMD) != 0 && (bits & KIND) == PRESENT) {
      flags.add("PMD");
    }
    if (State.isUffdWp(target, bits)) {
      flags.add("uffd-wp");
    }
    if ((bits & SWAP_EXCLUSIVE) != 0) {
      flags.add("exclusive");
    }
    if (s.tlbBits(p, v) != 0) {
      int kept = s.tlbTarget(p, v);
      String page =
          kept == ZERO_FRAME ? "zero page" : kept == STALE ? "free page" : "#" + shown[kept];
      flags.add("(TLB " + page + ((s.tlbBits(p, v) & W) != 0 ? " RW)" : " R)"));
    }
    return new MappingView(program.processes().get(p).name(), program.pageName(v), to, flags);
  }

  private List<FolioView> folios() {
    List<FolioView> result = new ArrayList<>();
    for (int f = 1; f < shown.length; f++) {
      int flags = s.frameFlags(f);
      if (flags == 0) {
        continue;
      }
      List<Integer> words = new ArrayList<>();
      for (int w = 0; w < program.words(); w++) {
        words.add(s.word(f, w));
      }
      result.add(
          new FolioView(shown[f], kind(f), words, s.mapcount(f), s.refcount(f), flags(f, flags)));
    }
    result.sort((a, b) -> Integer.compare(a.number(), b.number()));
    return result;
  }

  private String kind(int f) {
    if (f > program.files().size()) {
      return (s.frameFlags(f) & ANON) != 0 ? "anon" : "truncated";
    }
    Program.FileInfo file = program.files().get(f - 1);
    return file.anonymous() ? "shared" : "file " + file.name();
  }

  private List<String> flags(int f, int bits) {
    List<String> flags = new ArrayList<>();
    if (s.large(f)) {
      flags.add(s.folio(f) == f ? "huge" : "of #" + shown[s.folio(f)]);
    }
    if ((bits & EXCLUSIVE) != 0) {
      flags.add("exclusive");
    }
    if (s.frameEntry(f) != 0) {
      flags.add("swapcache");
    }
    if (s.lockHolder(f) >= 0) {
      flags.add("locked");
    }
    if (s.pincount(f) > 0 && s.folio(f) == f) {
      flags.add("pincount " + s.pincount(f));
    }
    if ((bits & LRU) != 0) {
      flags.add("lru");
    }
    if ((bits & WRITEBACK) != 0) {
      flags.add("writeback");
    }
    return flags;
  }

  private List<ReferenceView> references() {
    List<ReferenceView> result = new ArrayList<>();
    for (int h = 0; h < s.layout().shape().handles(); h++) {
      int frame = s.handleFrame(h);
      if (frame != 0) {
        int bits = s.handleBits(h);
        String kind = ((bits & PIN) != 0 ? "pin" : "get") + ((bits & WRITE) != 0 ? " write" : "");
        String name = h < program.handles() ? program.handleNames().get(h) : "(in a call)";
        result.add(
            new ReferenceView(
                name,
                program.processes().get(s.handleOwner(h)).name(),
                kind,
                frame == ZERO_FRAME ? 0 : shown[frame]));
      }
    }
    return result;
  }

  private List<String> registers() {
    List<String> result = new ArrayList<>();
    for (int r = 0; r < program.registers().size(); r++) {
      if (s.register(r) != Value.UNSET) {
        result.add(program.registers().get(r).name() + " = " + Value.name(s.register(r)));
      }
    }
    return result;
  }
}
