package cowherd.litmus;

import cowherd.operation.Program.BackgroundActor;
import cowherd.operation.Program.BarrierInfo;
import cowherd.operation.Program.FileInfo;
import cowherd.operation.Program.OutOfModel;
import cowherd.operation.Program.ProcessInfo;
import cowherd.operation.Program.Region;
import cowherd.operation.Program.RegisterInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is known and collected while one test is compiled. */
final class TestContext {
  final Source source;
  final Problems problems;
  final Names names;
  final List<ProcessInfo> processes = new ArrayList<>();
  final List<Region> regions = new ArrayList<>();
  final List<FileInfo> files = new ArrayList<>();
  final List<String> pipes = new ArrayList<>();
  final List<String> userfaultfds = new ArrayList<>();
  final List<String> signals = new ArrayList<>();
  final List<BarrierInfo> barriers = new ArrayList<>();
  final List<String> handleNames = new ArrayList<>();
  final List<BackgroundActor> actors = new ArrayList<>();
  final List<Assertion> assertions = new ArrayList<>();
  final Map<String, Integer> registers = new LinkedHashMap<>();
  private final Set<String> users = new LinkedHashSet<>();
  private final Map<String, OutOfModel> outOfModel = new LinkedHashMap<>();
  int pages;
  int words = 1;

  /** Pages of a large folio; 1 when the test has none. */
  int folioPages = 1;

  /** Pages of the hugetlb pool. */
  int hugePages = Limits.HUGE_PAGES;

  TestContext(Source source, Problems problems) {
    this.source = source;
    this.problems = problems;
    this.names = new Names(problems);
  }

  /** The register of a name, made when it is new. */
  int register(String name, Span span) {
    if (registers.size() == Limits.REGISTERS_MAX && !registers.containsKey(name)) {
      problems.error(
          span, "a test has more than " + Limits.REGISTERS_MAX + " registers", "split the test");
      return 0;
    }
    registers.putIfAbsent(name, registers.size());
    return registers.get(name);
  }

  /** New handle slots; the first of them. */
  int handles(String name, int count, Span span) {
    if (handleNames.size() + count > Limits.HANDLES_MAX) {
      problems.error(
          span,
          "the references of a test hold more than " + Limits.HANDLES_MAX + " pages",
          "split the test");
      return 0;
    }
    int first = handleNames.size();
    for (int i = 0; i < count; i++) {
      handleNames.add(name);
    }
    return first;
  }

  int user(String row) {
    users.add(row);
    return List.copyOf(users).indexOf(row);
  }

  List<String> users() {
    return List.copyOf(users);
  }

  void outOfModel(String what, Span span) {
    outOfModel.putIfAbsent(what, new OutOfModel(what, source.line(span)));
  }

  List<OutOfModel> outOfModel() {
    return List.copyOf(outOfModel.values());
  }

  List<RegisterInfo> registerInfos() {
    return registers.keySet().stream().map(RegisterInfo::new).toList();
  }

  /** The name of a process. */
  String processName(int process) {
    return processes.get(process).name();
  }

  /** The first process that nobody forks; 0 when there is none. */
  int firstRoot() {
    for (int i = 0; i < processes.size(); i++) {
      if (processes.get(i).parent() < 0) {
        return i;
      }
    }
    return 0;
  }

  /** New virtual pages; false when there are too many. */
  boolean addRegion(Region region, Span span) {
    if (pages + region.pages() > Limits.PAGES_MAX) {
      problems.error(
          span, "a test has more than " + Limits.PAGES_MAX + " pages of memory", "split the test");
      return false;
    }
    regions.add(region);
    pages += region.pages();
    return true;
  }
}
