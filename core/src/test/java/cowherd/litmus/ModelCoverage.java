package cowherd.litmus;

import cowherd.explore.Bounds;
import cowherd.explore.CheckResult;
import cowherd.explore.Checker;
import cowherd.explore.Options;
import cowherd.kernel.KernelLibrary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Which operation is modelled on which kind of memory, found by trying: a small program for each of
 * them prepares memory of the kind, calls the operation, stores to the memory, and is checked on
 * every kernel.
 */
final class ModelCoverage {
  private static final int THREADS = 2;

  /** Enough to see whether the operation is executed: an actor can make many states. */
  private static final long STATES_MAX = 400;

  private static final Bounds BOUNDS =
      new Bounds(
          STATES_MAX,
          Bounds.defaults().memoryBytes(),
          Bounds.defaults().time(),
          Bounds.defaults().interrupted());

  private static final KernelLibrary LIBRARY = KernelLibrary.builtIn();

  /** The others are tried when one of these is out of the model. */
  private static final List<String> SOME_KERNELS =
      List.of(
          "v5.7", "v5.8", "peterx-v3-fix", "v5.9", "v5.19", "v6.8", LIBRARY.releases().getLast());

  /**
   * An operation that is tried.
   *
   * @param name what the table calls it
   * @param setUp statements before it
   * @param call the call
   * @param background an actor that is switched on, or empty
   */
  private record Attempt(String name, String setUp, String call, String background) {
    String text(String kind) {
      boolean twoRanges = call.contains("x, y"); // of one size
      boolean child = (setUp + call).contains("fork(B)");
      String actor = background.isEmpty() ? "" : "background " + background + ";\n";
      return """
      litmus coverage for %s
      memory x = 1;
      %s y = 1;
      file f = 3;
      pipe q, q2;
      %sprocess A {
        %s
        %s
        after = store(x, 4);
      }
      %s
      """
          .formatted(
              kind,
              twoRanges ? "memory" : "anon",
              actor,
              setUp,
              call,
              child ? "process B { there = load(x); }" : "");
    }
  }

  /** Reasons why a cell is out of the model, by kernel; empty where it is modelled everywhere. */
  private record Cell(Map<String, String> reasons) {
    String shown() {
      return reasons.isEmpty() ? "+" : reasons.size() == LIBRARY.names().size() ? "-" : "part";
    }
  }

  private record Row(Attempt attempt, Map<String, Cell> cells) {}

  private ModelCoverage() {}

  /** The page of the documentation. */
  static String markdown() {
    List<Row> rows = rows();
    StringBuilder out = new StringBuilder(HEAD);
    for (List<String> kinds : columns(rows)) {
      out.append(" | ")
          .append(kinds.stream().map(k -> "`" + k + "`").collect(Collectors.joining(" ")));
    }
    out.append(" | why not |\n|---").append("|---".repeat(columns(rows).size())).append("|---|\n");
    for (Row row : rows) {
      out.append("| ").append(code(row.attempt().name()));
      for (List<String> kinds : columns(rows)) {
        out.append(" | ").append(cell(row, kinds.getFirst()).shown());
      }
      out.append(" | ").append(why(row)).append(" |\n");
    }
    return out.append(partly(rows)).toString();
  }

  private static final String HEAD =
      """
      # What the model covers

      Written by `ModelCoverageTest`, which tries every cell: memory of the kind is prepared, the operation is
      called, and then the memory is stored to. `+` is modelled on every kernel, `-` on none (a test that uses it is OUT-OF-MODEL, with
      the reason), `part` on some: see [below](#on-some-kernels-only). Kinds of memory that no row tells apart share a column; docs/language.md says
      what they are. A `+` says that the model executes the call, which may well answer with an error, as a kernel would.

      | operation\
      """;

  private static String code(String text) {
    return "`" + text.replace("|", "\\|") + "`";
  }

  private static Cell cell(Row row, String kind) {
    Cell cell = row.cells().get(kind);
    if (cell == null) {
      throw new IllegalStateException("ModelCoverage.cell: " + kind);
    }
    return cell;
  }

  /** Kinds that no row tells apart. */
  private static Collection<List<String>> columns(List<Row> rows) {
    Map<List<String>, List<String>> columns = new LinkedHashMap<>();
    for (String kind : MemoryKinds.all().keySet()) {
      List<String> column = rows.stream().map(row -> cell(row, kind).shown()).toList();
      columns.computeIfAbsent(column, key -> new ArrayList<>()).add(kind);
    }
    return columns.values();
  }

  private static String why(Row row) {
    Set<String> reasons = new LinkedHashSet<>();
    row.cells().values().stream()
        .filter(cell -> cell.shown().equals("-"))
        .forEach(cell -> reasons.addAll(cell.reasons().values()));
    return String.join("; ", reasons);
  }

  private static String partly(List<Row> rows) {
    StringBuilder out = new StringBuilder("\n## On some kernels only\n\n");
    out.append("| operation | kinds | out of the model on | why |\n|---|---|---|---|\n");
    for (Row row : rows) {
      Map<String, Set<String>> kinds = new TreeMap<>();
      row.cells()
          .forEach((kind, cell) -> {
            if (cell.shown().equals("part")) {
              String where = kernels(cell.reasons().keySet());
              String why = String.join("; ", new LinkedHashSet<>(cell.reasons().values()));
              kinds.computeIfAbsent(where + " | " + why, key -> new LinkedHashSet<>()).add(kind);
            }
          });
      kinds.forEach((where, names) ->
          out.append("| ")
              .append(code(row.attempt().name()))
              .append(" | ")
              .append(String.join(", ", names))
              .append(" | ")
              .append(where)
              .append(" |\n"));
    }
    return out.toString();
  }

  /** Names, with neighbours joined to ranges. */
  private static String kernels(Set<String> names) {
    List<String> all = new ArrayList<>(LIBRARY.releases());
    LIBRARY.names().stream().filter(name -> !all.contains(name)).forEach(all::add);
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      int first = i;
      while (i + 1 < all.size()
          && names.contains(all.get(first))
          && names.contains(all.get(i + 1))) {
        i++;
      }
      if (names.contains(all.get(first))) {
        parts.add(all.get(first) + (i > first ? ".." + all.get(i) : ""));
      }
    }
    return String.join(", ", parts);
  }

  // ---- trying --------------------------------------------------------------------------------

  private static List<Row> rows() {
    Map<Attempt, Map<String, Future<Cell>>> futures = new LinkedHashMap<>();
    List<Row> rows = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (Attempt attempt : attempts()) {
        Map<String, Future<Cell>> cells = new LinkedHashMap<>();
        for (String kind : MemoryKinds.all().keySet()) {
          cells.put(kind, threads.submit(() -> tried(attempt, kind)));
        }
        futures.put(attempt, cells);
      }
      for (Map.Entry<Attempt, Map<String, Future<Cell>>> entry : futures.entrySet()) {
        Map<String, Cell> cells = new LinkedHashMap<>();
        for (Map.Entry<String, Future<Cell>> cell : entry.getValue().entrySet()) {
          cells.put(cell.getKey(), cell.getValue().get());
        }
        rows.add(new Row(entry.getKey(), cells));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }

  private static Cell tried(Attempt attempt, String kind) {
    LitmusParser.Result parsed = LitmusParser.parse("coverage", attempt.text(kind));
    if (!parsed.isSound()) {
      throw new IllegalStateException(
          attempt.name() + " on " + kind + ":\n" + parsed.diagnostics().render());
    }
    LitmusTest test = parsed.tests().getFirst();
    if (!test.program().outOfModel().isEmpty()) {
      String reason = reasons(test, SOME_KERNELS.subList(0, 1)).values().iterator().next();
      return new Cell(
          LIBRARY.names().stream().collect(Collectors.toMap(name -> name, name -> reason)));
    }
    Map<String, String> reasons = reasons(test, SOME_KERNELS);
    return new Cell(reasons.isEmpty() ? reasons : reasons(test, LIBRARY.names()));
  }

  private static Map<String, String> reasons(LitmusTest test, List<String> kernels) {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (String kernel : kernels) {
      CheckResult result = Checker.verdict(test, LIBRARY.get(kernel), Options.DEFAULT, BOUNDS);
      if (result.verdict() == Verdict.OUT_OF_MODEL) {
        reasons.put(kernel, result.reason());
      }
    }
    return reasons;
  }

  // ---- what is tried -------------------------------------------------------------------------

  private static List<Attempt> attempts() {
    List<Attempt> attempts = new ArrayList<>();
    for (Operation operation : OperationTable.all()) {
      List<String> choices =
          operation.parameters().stream()
              .filter(p -> p.kind() == Parameter.Kind.FLAGS && !p.optional())
              .findFirst()
              .map(p -> flags(operation, p.family()))
              .orElse(List.of(""));
      choices.forEach(flag -> attempts.add(attempt(operation, flag)));
    }
    Declarations.actors()
        .forEach(actor -> attempts.add(new Attempt("background " + actor, "", "x = 2;", actor)));
    return attempts;
  }

  /** What is said for each flag: the advice of madvise, the modes of registering. */
  private static List<String> flags(Operation operation, Constants.Family family) {
    List<String> all =
        Constants.all().stream()
            .filter(c -> c.family() == family)
            .map(Constants.Constant::name)
            .toList();
    return switch (family) {
      case ADVICE, REGISTER_MODE -> all;
      case MAP -> {
        boolean file =
            operation.parameters().stream().anyMatch(p -> p.kind() == Parameter.Kind.FILE);
        yield file
            ? List.of("MAP_PRIVATE", "MAP_SHARED")
            : List.of("MAP_PRIVATE|MAP_ANONYMOUS", "MAP_SHARED|MAP_ANONYMOUS");
      }
      case FEATURE -> List.of("0");
      case WRITEPROTECT_MODE -> List.of("UFFDIO_WRITEPROTECT_MODE_WP", "0");
      default -> List.of(all.getFirst());
    };
  }

  private static Attempt attempt(Operation operation, String flag) {
    String arguments =
        operation.parameters().stream()
            .filter(p -> !p.optional())
            .map(p -> argument(p, flag))
            .collect(Collectors.joining(", "));
    String call = operation.name() + "(" + arguments + ")";
    String result = operation.result().shown().replace("k =", "held =").replace("u =", "v =");
    return new Attempt(call, setUp(operation, call), result + call + ";", "");
  }

  private static String argument(Parameter parameter, String flag) {
    return switch (parameter.kind()) {
      case PAGES, PAGE, ANY_PAGE -> parameter.shown().equals("m") ? "y" : parameter.shown();
      case FLAGS -> flag;
      case SIGNAL -> "go";
      case FILE,
          PIPE,
          USERFAULTFD,
          REFERENCE,
          REFERENCE_PAGE,
          MEMORY_OF,
          PROCESS,
          THREAD,
          BARRIER,
          VALUE,
          NUMBER,
          WORD,
          ANYTHING ->
          parameter.shown().equals("y") ? "x" : parameter.shown();
    };
  }

  private static String setUp(Operation operation, String call) {
    StringBuilder out = new StringBuilder();
    boolean forks = operation.name().equals("fork");
    for (Parameter parameter : operation.parameters()) {
      switch (parameter.kind()) {
        case MEMORY_OF -> out.append(parameter.optional() ? "" : "fork(B); ");
        case PROCESS -> out.append(forks ? "" : "fork(B); ");
        case ANY_PAGE -> out.append(parameter.shown().startsWith("B.") ? "fork(B); " : "");
        case THREAD -> out.append("thread t { x = 2; } ");
        case SIGNAL -> out.append(operation.name().equals("wait") ? "signal(go); " : "");
        case USERFAULTFD -> out.append(watched(operation, call));
        case REFERENCE, REFERENCE_PAGE -> out.append("k = " + taker(operation) + "(x); ");
        case PIPE -> {
          boolean reads = operation.name().equals("read") || operation.name().equals("tee");
          out.append(reads && parameter.shown().equals("q") ? "vmsplice(q, x); " : "");
        }
        default -> {}
      }
    }
    return out.toString();
  }

  private static String taker(Operation operation) {
    return operation.support() instanceof Operation.Modelled modelled && !modelled.drops().isEmpty()
        ? modelled.drops()
        : "io_uring_register";
  }

  /** A userfaultfd that watches the memory as the call needs it. */
  private static String watched(Operation operation, String call) {
    if (call.contains("UFFDIO_REGISTER")) {
      return "u = userfaultfd(0); ";
    }
    String mode = call.contains("CONTINUE") ? "MINOR" : call.contains("COPY") ? "MISSING" : "WP";
    String watched =
        "u = userfaultfd(0); ioctl(u, UFFDIO_REGISTER, x, UFFDIO_REGISTER_MODE_" + mode + "); ";
    boolean fills = call.contains("COPY") || call.contains("ZEROPAGE") || call.contains("CONTINUE");
    boolean waits = operation.result() == Operation.Result.EVENT;
    return watched
        + (fills ? "madvise(x, MADV_DONTNEED); " : "")
        + (waits
            ? "ioctl(u, UFFDIO_WRITEPROTECT, x, UFFDIO_WRITEPROTECT_MODE_WP); thread t { x = 2; } "
            : "");
  }
}
