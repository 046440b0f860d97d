package cowherd.litmus;

import cowherd.operation.Program.BarrierInfo;
import cowherd.operation.Program.ProcessInfo;
import cowherd.operation.Program.Region;
import cowherd.operation.Program.RegionKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A first look at all processes: which threads there are, who forks whom, and which names calls
 * bring into being (memory that is mapped, userfaultfds, signals, barriers). Bodies are compiled
 * afterwards, so that a name may be used above the place that makes it.
 */
final class Survey {
  /**
   * A thread.
   *
   * @param name qualified, as in {@link cowherd.operation.Program.ThreadInfo}
   * @param process its process, or -1
   * @param spawner index of the thread that starts it, or -1
   */
  record ThreadPlan(
      String name, int process, int spawner, boolean daemon, Tree.Block body, Span span) {}

  private record Fork(int parent, Span span) {}

  /** Where the walk is. */
  private record Where(int process, int thread, boolean repeats, boolean top) {
    Where inBranch() {
      return new Where(process, thread, repeats, false);
    }

    Where inLoop() {
      return new Where(process, thread, true, false);
    }
  }

  private final TestContext test;
  final List<ThreadPlan> threads = new ArrayList<>();
  private final Map<Tree.ThreadBlock, Integer> indices = new IdentityHashMap<>();
  private final Map<String, Integer> byName = new HashMap<>();
  private final Map<Integer, Fork> forks = new HashMap<>();
  private final Map<String, Set<Integer>> creators = new LinkedHashMap<>();
  private final Map<String, Set<Integer>> barrierThreads = new LinkedHashMap<>();
  private final Map<String, Span> waits = new LinkedHashMap<>();
  private final Set<String> signalled = new HashSet<>();

  Survey(TestContext test) {
    this.test = test;
  }

  /** Walks all bodies; the processes and kernel threads are declared already. */
  void run(List<Tree.Item> items) {
    for (Tree.Item item : items) {
      if (item instanceof Tree.Process process) {
        int index = processIndex(process.name());
        if (index >= 0) {
          String name = process.name().text();
          int thread =
              plan(new ThreadPlan(name, index, -1, false, process.body(), process.name().span()));
          walk(process.body(), new Where(index, thread, false, true));
        }
      }
    }
    for (Tree.Item item : items) {
      if (item instanceof Tree.Kernel kernel) {
        Tree.Name name = kernel.name();
        int thread =
            plan(new ThreadPlan(name.text(), -1, -1, kernel.daemon(), kernel.body(), name.span()));
        walk(kernel.body(), new Where(-1, thread, false, true));
      }
    }
    finish();
  }

  private int processIndex(Tree.Name name) {
    int index =
        test.names.find(name.text(), Symbol.ProcessName.class).map(p -> p.index()).orElse(-1);
    return threads.stream().anyMatch(t -> t.process() == index) ? -1 : index;
  }

  private int plan(ThreadPlan plan) {
    if (threads.size() == Limits.THREADS_MAX) {
      test.problems.error(
          plan.span(), "a test has more than " + Limits.THREADS_MAX + " threads", "");
    }
    threads.add(plan);
    return threads.size() - 1;
  }

  /** The index of a thread that stands in a body. */
  int index(Tree.ThreadBlock block) {
    return indices.getOrDefault(block, -1);
  }

  /** The index of a thread of a process by its name, or -1. */
  int thread(int process, String name) {
    return byName.getOrDefault(process + "." + name, -1);
  }

  List<String> threadNames(int process) {
    String prefix = process + ".";
    return byName.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .sorted()
        .toList();
  }

  // ---- the walk ------------------------------------------------------------------------------

  private void walk(Tree.Block block, Where where) {
    for (Tree.Statement statement : block.statements()) {
      switch (statement) {
        case Tree.Assign assign -> assign(assign, where);
        case Tree.CallStatement call -> call(call.call(), where);
        case Tree.Assert check -> expression(check.condition(), where);
        case Tree.If branch -> {
          expression(branch.condition(), where);
          walk(branch.then(), where.inBranch());
          walk(branch.otherwise(), where.inBranch());
        }
        case Tree.While loop -> {
          expression(loop.condition(), where.inLoop());
          walk(loop.body(), where.inLoop());
        }
        case Tree.Loop loop -> walk(loop.body(), where.inLoop());
        case Tree.Repeat repeat -> walk(repeat.body(), where.inLoop());
        case Tree.Break _ -> {}
        case Tree.ThreadBlock thread -> thread(thread, where);
      }
    }
  }

  private void thread(Tree.ThreadBlock block, Where where) {
    if (where.process() < 0 || !where.top()) {
      String message =
          where.process() < 0
              ? "a kernel thread cannot start threads"
              : "a thread begins inside of a branch or a loop";
      test.problems.error(block.span(), message, "put it at the top of the process");
      return;
    }
    String key = where.process() + "." + block.name().text();
    if (byName.containsKey(key)) {
      test.problems.error(
          block.name().span(),
          "the process has two threads `" + block.name().text() + "`",
          "take another name");
      return;
    }
    String name = test.processName(where.process()) + "." + block.name().text();
    int index =
        plan(
            new ThreadPlan(
                name,
                where.process(),
                where.thread(),
                block.daemon(),
                block.body(),
                block.name().span()));
    byName.put(key, index);
    indices.put(block, index);
    walk(block.body(), new Where(where.process(), index, where.repeats(), true));
  }

  private void assign(Tree.Assign assign, Where where) {
    expression(assign.value(), where);
    if (assign.target() instanceof Tree.Path path
        && path.isWord()
        && assign.value() instanceof Tree.Call call) {
      switch (call.name().text()) {
        case "mmap" -> region(path.first(), 1, where);
        case "mremap" -> {
          if (!hasDestination(call)) {
            region(path.first(), moved(call), where);
          }
        }
        case "userfaultfd" -> userfaultfd(path.first(), where);
        default -> {}
      }
    }
  }

  private void region(Tree.Name name, int pages, Where where) {
    if (test.names.find(name.text()).isPresent()) {
      return;
    }
    Region region =
        new Region(
            name.text(),
            RegionKind.RESERVED,
            test.pages,
            pages,
            -1,
            false,
            Collections.nCopies(test.words, 0));
    if (test.addRegion(region, name.span())) {
      test.names.declare(
          name, new Symbol.Memory(name.text(), region.firstPage(), pages, where.process()));
    }
  }

  /** {@code mremap(x, y)}: the result is a status, and no new memory. */
  private static boolean hasDestination(Tree.Call call) {
    return call.arguments().size() > 1
        && call.arguments().get(1) instanceof Tree.Path path
        && Constants.of(path.text()).isEmpty();
  }

  private int moved(Tree.Call call) {
    if (call.arguments().isEmpty() || !(call.arguments().getFirst() instanceof Tree.Path path)) {
      return 1;
    }
    return path.parts().size() > 1
        ? 1
        : test.names
            .find(path.first().text(), Symbol.Memory.class)
            .map(m -> test.source.range(m.name(), path.span(), m.pages()))
            .orElse(1);
  }

  private void userfaultfd(Tree.Name name, Where where) {
    if (test.names.find(name.text()).isEmpty()) {
      Set<Integer> processes = new HashSet<>();
      creators.put(name.text(), processes);
      test.names.declare(
          name,
          new Symbol.Userfaultfd(test.userfaultfds.size(), Collections.unmodifiableSet(processes)));
      test.userfaultfds.add(name.text());
    }
    if (creators.containsKey(name.text())) {
      creators.get(name.text()).add(where.process());
    }
  }

  private void expression(Tree.Expression expression, Where where) {
    switch (expression) {
      case Tree.Call call -> call(call, where);
      case Tree.Unary unary -> expression(unary.operand(), where);
      case Tree.Binary binary -> {
        expression(binary.left(), where);
        expression(binary.right(), where);
      }
      case Tree.Parentheses parentheses -> expression(parentheses.inner(), where);
      case Tree.Number _, Tree.Path _, Tree.Dereference _, Tree.AddressOf _ -> {}
    }
  }

  private void call(Tree.Call call, Where where) {
    call.arguments().forEach(argument -> expression(argument, where));
    if (call.arguments().size() != 1
        || !(call.arguments().getFirst() instanceof Tree.Path path)
        || !path.isWord()) {
      return;
    }
    switch (call.name().text()) {
      case "fork" -> fork(path.first(), where);
      case "signal" -> signal(path.first());
      case "wait" -> waits(path.first());
      case "barrier" -> barrier(path.first(), where);
      default -> {}
    }
  }

  private void fork(Tree.Name child, Where where) {
    int index =
        test.names.find(child.text(), Symbol.ProcessName.class).map(p -> p.index()).orElse(-1);
    if (index < 0 || where.process() < 0) {
      return;
    }
    Problems problems = test.problems;
    if (index == where.process()) {
      problems.error(child.span(), "a process cannot fork itself", "name another process");
    } else if (where.repeats()) {
      problems.error(
          child.span(),
          "this fork stands in a loop, and a process can begin only once",
          "write one process and one fork for each child");
    } else if (forks.putIfAbsent(index, new Fork(where.process(), child.span())) != null) {
      problems.error(
          child.span(),
          "`" + child.text() + "` is forked twice, and a process can begin only once",
          "write one process and one fork for each child");
    }
  }

  private void signal(Tree.Name name) {
    signalled.add(name.text());
    declareSignal(name);
  }

  private void waits(Tree.Name name) {
    if (test.names.find(name.text(), Symbol.ProcessName.class).isEmpty()) {
      waits.putIfAbsent(name.text(), name.span());
      declareSignal(name);
    }
  }

  private void declareSignal(Tree.Name name) {
    if (test.names.find(name.text()).isEmpty()) {
      if (test.signals.size() == Limits.SIGNALS_MAX) {
        test.problems.error(
            name.span(), "a test has more than " + Limits.SIGNALS_MAX + " signals", "");
        return;
      }
      test.names.declare(name, new Symbol.Signal(test.signals.size()));
      test.signals.add(name.text());
    }
  }

  private void barrier(Tree.Name name, Where where) {
    if (test.names.find(name.text()).isEmpty()) {
      if (barrierThreads.size() == Limits.SIGNALS_MAX) {
        test.problems.error(
            name.span(), "a test has more than " + Limits.SIGNALS_MAX + " barriers", "");
        return;
      }
      test.names.declare(name, new Symbol.Barrier(barrierThreads.size()));
      barrierThreads.put(name.text(), new HashSet<>());
    }
    if (barrierThreads.containsKey(name.text())) {
      barrierThreads.get(name.text()).add(where.thread());
    }
  }

  // ---- what follows from it ------------------------------------------------------------------

  private void finish() {
    waits.forEach((name, span) -> {
      if (!signalled.contains(name) && test.names.find(name, Symbol.Signal.class).isPresent()) {
        test.problems.error(
            span, "nothing signals `" + name + "`, and it is no process", suggestSignal(name));
      }
    });
    barrierThreads.forEach(
        (name, threads) -> test.barriers.add(new BarrierInfo(name, threads.size())));
    parents();
  }

  private String suggestSignal(String name) {
    List<String> candidates = new ArrayList<>(signalled);
    candidates.addAll(test.names.names(Symbol.ProcessName.class));
    return Hints.didYouMean(name, candidates);
  }

  private void parents() {
    for (Map.Entry<Integer, Fork> fork : forks.entrySet()) {
      ProcessInfo child = test.processes.get(fork.getKey());
      if (isAncestor(fork.getKey(), fork.getValue().parent())) {
        test.problems.error(
            fork.getValue().span(),
            "`" + child.name() + "` forks one of those that lead to it: none could begin",
            "one process must be forked by nobody");
      } else {
        test.processes.set(fork.getKey(), new ProcessInfo(child.name(), fork.getValue().parent()));
      }
    }
  }

  private boolean isAncestor(int process, int of) {
    int at = of;
    for (int steps = 0; steps <= test.processes.size(); steps++) {
      if (at == process) {
        return true;
      }
      Fork fork = forks.get(at);
      if (fork == null) {
        return false;
      }
      at = fork.parent();
    }
    return false;
  }
}
