package cowherd.free;

import cowherd.kernel.source.Diagnostics;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import cowherd.machine.State;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.ProcessInfo;
import cowherd.operation.Program.RegisterInfo;
import cowherd.operation.Program.ThreadInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Pattern;

/**
 * A program whose threads choose freely. The calls are compiled by the compiler of the test
 * language, as the body of one process; every thread of every process gets the same menu, with its
 * own process in place of that one.
 *
 * @param configuration what it was made of
 * @param program the program; every thread begins with {@link Op#CHOOSE}
 * @param items the menu: item i of every thread is the same call
 */
record FreeProgram(Configuration configuration, Program program, List<MenuItem> items) {
  private static final int FRAMES_MAX = 64;
  private static final int FIRST_VALUE = 1;
  private static final Pattern PAGE = Pattern.compile("\\bx\\b");
  private static final Pattern WHOLE_STORE = Pattern.compile("^x\\s*=");

  FreeProgram {
    items = List.copyOf(items);
  }

  /** Compiles a configuration. */
  static FreeProgram of(Configuration configuration) throws Refused {
    return new Builder(configuration, false).build();
  }

  /**
   * The same, with two registers for each thread: {@code 2 t} receives the result of a call, {@code
   * 2 t + 1} holds what it stores.
   */
  static FreeProgram withResults(Configuration configuration) throws Refused {
    return new Builder(configuration, true).build();
  }

  /** The register that receives the results of a thread. */
  static int resultOf(int thread) {
    return 2 * thread;
  }

  /** The register that holds what a thread stores. */
  static int storedBy(int thread) {
    return 2 * thread + 1;
  }

  /**
   * Runs something with as many page frames as the programs turn out to need.
   *
   * @param run what needs so many frames beside the page cache
   * @throws State.BrokenMachine when they need more than {@value #FRAMES_MAX}
   */
  <T> T withEnoughFrames(IntFunction<T> run) {
    Configuration c = configuration;
    int frames = c.processes() * c.pages() + c.references() + c.processes() * c.threads();
    while (true) {
      try {
        return run.apply(frames);
      } catch (State.OutOfFrames tooFew) {
        if (frames >= FRAMES_MAX) {
          throw new State.BrokenMachine(
              "FreeProgram: the programs need more than " + FRAMES_MAX + " pages of memory");
        }
        frames += 2;
      }
    }
  }

  /** Swap entries beside so many frames: none when no program swaps. */
  int entries(int frames) {
    boolean swaps =
        program.actors().contains(Program.BackgroundActor.RECLAIM)
            || program.threads().getFirst().code().stream()
                .anyMatch(i ->
                    i.op() == Op.SWAP_OUT
                        || i.op() == Op.MADVISE && i.flags() == CallFlags.MADV_PAGEOUT);
    return swaps ? frames : 0;
  }

  // ---- the menu

  private static final class Builder {
    private final Configuration c;
    private final List<MenuItem> compiled = new ArrayList<>();
    private final List<MenuItem> made = new ArrayList<>();

    private final boolean results;

    Builder(Configuration configuration, boolean results) {
      this.c = configuration;
      this.results = results;
    }

    FreeProgram build() throws Refused {
      c.operations().calls().forEach(this::add);
      LitmusTest test = compile();
      Map<Integer, List<Instruction>> byLine = byLine(test);
      List<MenuItem> items = new ArrayList<>();
      List<List<Instruction>> codes = new ArrayList<>();
      int line = firstLine();
      for (MenuItem item : compiled) {
        List<Instruction> code = byLine.getOrDefault(line++, List.of());
        if (code.isEmpty() || code.stream().anyMatch(i -> i.isLocal())) {
          throw new Refused("`" + item.statement() + "` is not a single call");
        }
        items.add(item);
        codes.add(code);
      }
      for (MenuItem item : made) {
        items.add(item);
        codes.add(List.of());
      }
      return new FreeProgram(c, program(test.program(), items, codes), items);
    }

    private void add(String statement) {
      if (statement.startsWith("fork(")) {
        for (int child = 0; child < c.processes() && c.processes() > 1; child++) {
          made.add(item(statement, MenuItem.NONE, MenuItem.NONE, child));
        }
      } else if (statement.startsWith("put(")) {
        for (int slot = 0; slot < c.references(); slot++) {
          made.add(item(statement, MenuItem.NONE, slot, MenuItem.NONE));
        }
      } else if (statement.startsWith("*k")) {
        for (int slot = 0; slot < c.references(); slot++) {
          for (int value = 0; value < c.values(); value++) {
            made.add(
                new MenuItem(
                    statement, MenuItem.NONE, MenuItem.NONE, slot, MenuItem.NONE, value + 1));
          }
        }
      } else {
        addOnPages(statement);
      }
    }

    private static MenuItem item(String statement, int page, int slot, int child) {
      return new MenuItem(statement, page, MenuItem.NONE, slot, child, MenuItem.NONE);
    }

    private void addOnPages(String statement) {
      boolean takes = statement.startsWith("k =") || statement.startsWith("vmsplice(");
      int pages = PAGE.matcher(statement).find() ? c.pages() : 1;
      for (int page = 0; page < pages; page++) {
        int named = PAGE.matcher(statement).find() ? page : MenuItem.NONE;
        if (WHOLE_STORE.matcher(statement).find()) {
          addStores(statement, page);
        } else if (takes) {
          for (int slot = 0; slot < c.references(); slot++) {
            compiled.add(item(statement, named, slot, MenuItem.NONE));
          }
        } else {
          compiled.add(item(statement, named, MenuItem.NONE, MenuItem.NONE));
        }
      }
    }

    private void addStores(String statement, int page) {
      for (int word = 0; word < c.words(); word++) {
        for (int value = FIRST_VALUE; value < FIRST_VALUE + c.values(); value++) {
          int which = c.words() == 1 ? MenuItem.NONE : word;
          compiled.add(new MenuItem(statement, page, which, MenuItem.NONE, MenuItem.NONE, value));
        }
      }
    }

    // ---- compiling

    private int firstLine() {
      return header().split("\n", -1).length;
    }

    private String header() {
      return Declarations.text(c, "free-programs") + "process A {\n";
    }

    private LitmusTest compile() throws Refused {
      StringBuilder text = new StringBuilder(header());
      for (int i = 0; i < compiled.size(); i++) {
        text.append(compiled.get(i).text(new Placeholders(i))).append(";\n");
      }
      text.append("}\n");
      LitmusParser.Result result = LitmusParser.parse("--ops", text.toString());
      if (!result.isSound()) {
        throw new Refused(firstMistake(result.diagnostics()));
      }
      LitmusTest test = result.tests().getFirst();
      Optional<Program.OutOfModel> outOfModel = test.program().outOfModel().stream().findFirst();
      if (outOfModel.isPresent()) {
        throw new Refused("the model does not cover " + outOfModel.get().what());
      }
      return test;
    }

    private static String firstMistake(Diagnostics diagnostics) {
      return diagnostics.list().getFirst().message();
    }

    private static Map<Integer, List<Instruction>> byLine(LitmusTest test) {
      Map<Integer, List<Instruction>> lines = new LinkedHashMap<>();
      for (Instruction i : test.program().threads().getFirst().code()) {
        if (i.op() != Op.END) {
          lines.computeIfAbsent(i.line(), _ -> new ArrayList<>()).add(i);
        }
      }
      return lines;
    }

    // ---- the program

    private Program program(Program base, List<MenuItem> items, List<List<Instruction>> codes) {
      List<ProcessInfo> processes = new ArrayList<>();
      List<ThreadInfo> threads = new ArrayList<>();
      for (int p = 0; p < c.processes(); p++) {
        String name = Configuration.PROCESS_NAMES.get(p);
        processes.add(new ProcessInfo(name, p == 0 ? -1 : 0));
        for (int t = 0; t < c.threads(); t++) {
          String threadName = c.threads() == 1 ? name : name + ".t" + (t + 1);
          threads.add(
              new ThreadInfo(threadName, p, -1, 0, true, menu(p, threads.size(), items, codes)));
        }
      }
      return new Program(
          processes,
          threads,
          base.regions(),
          base.pages(),
          base.words(),
          base.folioPages(),
          base.files(),
          base.pipes(),
          base.userfaultfds(),
          base.signals(),
          base.barriers(),
          registers(threads),
          c.references(),
          slotNames(),
          base.users(),
          base.actors(),
          base.hugePages(),
          List.of());
    }

    private Instruction registered(Instruction i, MenuItem item, int thread) {
      if (!results) {
        return i;
      }
      Expr value = item.stores() ? new Expr.Register(storedBy(thread)) : i.value();
      return Instructions.with(i, resultOf(thread), value);
    }

    private List<String> slotNames() {
      List<String> names = new ArrayList<>();
      for (int slot = 0; slot < c.references(); slot++) {
        names.add("k" + (slot + 1));
      }
      return names;
    }

    private List<RegisterInfo> registers(List<ThreadInfo> threads) {
      List<RegisterInfo> registers = new ArrayList<>();
      for (int t = 0; t < threads.size() && results; t++) {
        registers.add(new RegisterInfo(threads.get(t).name() + ".r"));
        registers.add(new RegisterInfo(threads.get(t).name() + ".v"));
      }
      return registers;
    }

    private List<Instruction> menu(
        int process, int thread, List<MenuItem> items, List<List<Instruction>> codes) {
      List<Instruction> code = new ArrayList<>();
      code.add(Instructions.local(Op.CHOOSE, 0));
      for (int i = 0; i < items.size(); i++) {
        if (codes.get(i).isEmpty()) {
          code.add(registered(Instructions.made(items.get(i), process), items.get(i), thread));
        } else {
          for (Instruction one : codes.get(i)) {
            Instruction moved = Instructions.moved(one, process, items.get(i).slot());
            code.add(registered(moved, items.get(i), thread));
          }
        }
        code.add(Instructions.local(Op.JUMP, 0));
      }
      return code;
    }
  }

  /** Names while the menu is compiled: each reference has a variable of its own. */
  private record Placeholders(int item) implements MenuItem.Names {
    @Override
    public String page(int page) {
      return Configuration.PAGE_NAMES.get(Math.max(page, 0));
    }

    @Override
    public String reference(int slot) {
      return "k" + item;
    }

    @Override
    public String process(int child) {
      return Configuration.PROCESS_NAMES.get(Math.max(child, 0));
    }

    @Override
    public String value(int value) {
      return Integer.toString(value);
    }
  }

  /** Instructions of a menu. */
  private static final class Instructions {
    private static final Expr NOTHING = new Expr.Constant(0);

    static Instruction local(Op op, int target) {
      return instruction(op, MenuItem.NONE, MenuItem.NONE, MenuItem.NONE, target, NOTHING, "");
    }

    private static Instruction instruction(
        Op op, int process, int handle, int object, int flags, Expr value, String text) {
      return new Instruction(
          op,
          Instruction.NONE,
          process,
          Instruction.NONE,
          1,
          Instruction.NONE,
          Instruction.NONE,
          handle,
          object,
          flags,
          Instruction.NONE,
          value,
          false,
          text,
          0);
    }

    static Instruction made(MenuItem item, int process) {
      String text = item.text(new Placeholders(Math.max(item.slot() + 1, 0)));
      if (item.forks()) {
        return instruction(Op.FORK, process, MenuItem.NONE, item.child(), 0, NOTHING, text);
      }
      Op op = item.dropsReference() ? Op.PUT : Op.REFERENCE_WRITE;
      Expr value = new Expr.Constant(Math.max(item.value(), 0));
      return instruction(op, process, item.slot(), MenuItem.NONE, 0, value, text);
    }

    static Instruction with(Instruction i, int result, Expr value) {
      boolean event = i.op() == Op.UFFD_READ; // its result is three registers
      return new Instruction(
          i.op(),
          event ? Instruction.NONE : result,
          i.process(),
          i.page(),
          i.pages(),
          i.pageRegister(),
          i.word(),
          i.handle(),
          i.object(),
          i.flags(),
          i.user(),
          value,
          i.captured(),
          i.text(),
          i.line());
    }

    static Instruction moved(Instruction i, int process, int slot) {
      return new Instruction(
          i.op(),
          Instruction.NONE,
          i.process() < 0 ? i.process() : process,
          i.page(),
          i.pages(),
          i.pageRegister(),
          i.word(),
          slot == MenuItem.NONE ? i.handle() : slot,
          i.object(),
          i.flags(),
          i.user(),
          i.value(),
          i.captured(),
          i.text(),
          i.line());
    }
  }
}
