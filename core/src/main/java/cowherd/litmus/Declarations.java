package cowherd.litmus;

import cowherd.operation.Program.BackgroundActor;
import cowherd.operation.Program.FileInfo;
import cowherd.operation.Program.FileKind;
import cowherd.operation.Program.ProcessInfo;
import cowherd.operation.Program.Region;
import cowherd.operation.Program.RegionKind;
import cowherd.operation.PropertyName;
import cowherd.operation.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Declares the memory, files, pipes, actors and processes of a test. */
final class Declarations {
  /** Actors that no model executes yet, and why. */
  private static final Map<String, String> OTHER_ACTORS =
      Map.of(
          "numa", "NUMA hinting",
          "pressure", "memory pressure");

  private static final Map<String, String> OTHER_MEMORY =
      Map.of(
          "device", "device memory",
          "devzero", "/dev/zero");

  /** Pages of a huge page, unless its declaration says otherwise; 512 in the kernel. */
  static final int THP_PAGES = 2;

  private static final Set<String> DISK_FILES = Set.of("ext4", "xfs", "btrfs");
  private static final Set<String> SHMEM_FILES = Set.of("tmpfs", "memfd");

  /** What shared memory lives on, by the word that declares it; else on tmpfs. */
  private static final Map<String, FileKind> SHARED_MEMORY =
      Map.of("secret", FileKind.SECRETMEM, "hugetlb", FileKind.HUGETLBFS);

  private final TestContext test;
  private final Literals literals;
  final Set<PropertyName> tolerated = EnumSet.noneOf(PropertyName.class);
  boolean toleratesHang;

  Declarations(TestContext test) {
    this.test = test;
    this.literals = new Literals(test.problems);
  }

  void run(List<Tree.Item> items) {
    items.forEach(this::countWords);
    items.forEach(this::declare);
  }

  /** All pages of a test have as many words as the one that needs most. */
  private void countWords(Tree.Item item) {
    Optional<Tree.Expression> words =
        switch (item) {
          case Tree.Memory memory -> memory.words();
          case Tree.FileItem file -> file.words();
          default -> Optional.empty();
        };
    words.ifPresent(w ->
        test.words =
            Math.max(test.words, literals.count(w, Limits.WORDS_MAX, "the words of a page")));
  }

  private void declare(Tree.Item item) {
    switch (item) {
      case Tree.Memory memory -> memory(memory);
      case Tree.FileItem file -> file(file);
      case Tree.Pipes pipes -> pipes.names().forEach(this::pipe);
      case Tree.Pool pool ->
          test.hugePages = literals.count(pool.pages(), Value.MAX, "the huge pages of the machine");
      case Tree.Background background -> background.actors().forEach(this::actor);
      case Tree.Tolerates tolerates -> tolerates(tolerates.what());
      case Tree.Process process -> process(process.name());
      case Tree.Kernel kernel -> test.names.declare(kernel.name(), new Symbol.KernelThread());
      case Tree.Condition _, Tree.Expect _ -> {}
    }
  }

  // ---- memory --------------------------------------------------------------------------------

  private void memory(Tree.Memory memory) {
    String kind = memory.kind().text();
    boolean thp = kind.equals("thp");
    int pages =
        memory
            .pages()
            .map(p -> literals.count(p, Limits.PAGES_MAX, "the pages"))
            .orElse(thp ? THP_PAGES : 1);
    boolean secret = kind.equals("secret");
    boolean shared = secret || memory.modifiers().stream().anyMatch(m -> m.text().equals("shared"));
    if (thp) {
      hugePage(memory, pages);
    } else if (memory.modifiers().stream().anyMatch(m -> m.text().equals("gigantic"))) {
      test.outOfModel("hugetlb gigantic " + memory.name().text(), memory.span());
    } else if (OTHER_MEMORY.containsKey(kind)) {
      test.outOfModel(
          kind + " " + memory.name().text() + ": " + OTHER_MEMORY.get(kind), memory.span());
    } else if (shared && pages > 1) {
      test.outOfModel(
          (secret ? "secret " : kind + " shared ")
              + memory.name().text()
              + ": shared memory of several pages",
          memory.span());
    }
    List<Integer> initial = initial(memory.initial(), memory.words(), memory.name());
    boolean populated = !memory.initial().values().isEmpty();
    Region region =
        new Region(
            memory.name().text(),
            kindOf(memory, shared),
            test.pages,
            pages,
            shared ? test.files.size() : -1,
            populated,
            initial);
    if (test.addRegion(region, memory.span())) {
      if (shared) {
        FileKind of = SHARED_MEMORY.getOrDefault(kind, FileKind.SHMEM);
        test.files.add(new FileInfo("", initial, true, of, !secret && !populated));
      }
      test.names.declare(
          memory.name(), new Symbol.Memory(memory.name().text(), region.firstPage(), pages, -1));
    }
  }

  private static RegionKind kindOf(Tree.Memory memory, boolean shared) {
    if (memory.kind().text().equals("thp")) {
      boolean pte = memory.modifiers().stream().anyMatch(m -> m.text().equals("pte"));
      return pte ? RegionKind.THP_BY_PTES : RegionKind.THP;
    }
    if (shared) {
      return RegionKind.SHARED_ANON;
    }
    return memory.kind().text().equals("hugetlb") ? RegionKind.HUGETLB : RegionKind.ANON;
  }

  /** A huge page has as many pages as its declaration says; all of a test are of one size. */
  private void hugePage(Tree.Memory memory, int pages) {
    for (Tree.Name modifier : memory.modifiers()) {
      if (!modifier.text().equals("pmd") && !modifier.text().equals("pte")) {
        test.outOfModel(
            "thp " + modifier.text() + " " + memory.name().text() + ": such a huge page",
            memory.span());
      }
    }
    if (pages == 1) {
      test.problems.error(
          memory.name().span(),
          "a huge page has more than one page",
          "write `pages 2`, or nothing: it has 2");
    } else if (test.folioPages > 1 && test.folioPages != pages) {
      test.problems.error(
          memory.name().span(),
          "the huge pages of a test have one size, and another has " + test.folioPages + " pages",
          "write `pages " + test.folioPages + "`");
    } else {
      test.folioPages = Math.max(pages, 2);
    }
  }

  /** Every root reserves the huge pages of its memory before the test begins. */
  void checkPool(List<Tree.Item> items) {
    long roots = test.processes.stream().filter(p -> p.parent() < 0).count();
    long pages =
        test.regions.stream()
            .filter(r -> r.kind() == RegionKind.HUGETLB)
            .mapToLong(Region::pages)
            .sum();
    long files =
        test.files.stream()
            .filter(f -> f.kind() == FileKind.HUGETLBFS && (f.anonymous() || !f.hole()))
            .count();
    long needed = roots * pages + files;
    if (needed > test.hugePages) {
      test.problems.error(
          poolOrMemory(items),
          "the declared hugetlb memory needs "
              + needed
              + " huge pages, and the machine has "
              + test.hugePages,
          "write `pool " + needed + ";` or more");
    }
  }

  /** Where the size of the pool is said, or where it should be. */
  private static Span poolOrMemory(List<Tree.Item> items) {
    return items.stream()
        .filter(item -> item instanceof Tree.Pool)
        .findFirst()
        .orElseGet(() ->
            items.stream()
                .filter(item -> item instanceof Tree.Memory m && m.kind().text().equals("hugetlb"))
                .findFirst()
                .orElse(items.getFirst()))
        .span();
  }

  /** As many words as pages of this test have; missing ones repeat the last. */
  private List<Integer> initial(
      Tree.Initial initial, Optional<Tree.Expression> words, Tree.Name name) {
    int declared =
        words
            .map(w -> w instanceof Tree.Number n ? PageResolver.smallNumber(n.text()) : 1)
            .orElse(1);
    if (initial.eachWord() && initial.values().size() != declared) {
      test.problems.error(
          name.span(),
          "`"
              + name.text()
              + "` has "
              + (declared == 1 ? "one word" : declared + " words")
              + ", and "
              + initial.values().size()
              + " values are given",
          "write `" + name.text() + "[" + initial.values().size() + "] = {...}`");
    }
    List<Integer> values = new ArrayList<>();
    for (Tree.Expression value : initial.values()) {
      values.add(value instanceof Tree.Number number ? literals.value(number) : 0);
    }
    List<Integer> all = new ArrayList<>();
    for (int word = 0; word < test.words; word++) {
      all.add(values.isEmpty() ? 0 : values.get(Math.min(word, values.size() - 1)));
    }
    return Collections.unmodifiableList(all);
  }

  private void file(Tree.FileItem file) {
    if (isFull(test.files.size(), "files", file.name())) {
      return;
    }
    FileKind kind = FileKind.DISK;
    for (Tree.Name modifier : file.modifiers()) {
      if (SHMEM_FILES.contains(modifier.text())) {
        kind = FileKind.SHMEM;
      } else if (modifier.text().equals("hugetlbfs")) {
        kind = FileKind.HUGETLBFS;
      } else if (!DISK_FILES.contains(modifier.text())) {
        test.outOfModel(
            "file " + modifier.text() + " " + file.name().text() + ": files of other kinds",
            file.span());
      }
    }
    boolean hole = kind != FileKind.DISK && file.initial().values().isEmpty();
    List<Integer> initial = initial(file.initial(), file.words(), file.name());
    test.names.declare(file.name(), new Symbol.FileObject(test.files.size()));
    test.files.add(new FileInfo(file.name().text(), initial, false, kind, hole));
  }

  private void pipe(Tree.Name name) {
    if (!isFull(test.pipes.size(), "pipes", name)) {
      test.names.declare(name, new Symbol.Pipe(test.pipes.size()));
      test.pipes.add(name.text());
    }
  }

  private boolean isFull(int count, String what, Tree.Name name) {
    boolean full = count >= Limits.OBJECTS_MAX;
    if (full) {
      test.problems.error(
          name.span(), "a test has more than " + Limits.OBJECTS_MAX + " " + what, "");
    }
    return full;
  }

  private void process(Tree.Name name) {
    if (test.processes.size() == Limits.PROCESSES_MAX) {
      test.problems.error(
          name.span(), "a test has more than " + Limits.PROCESSES_MAX + " processes", "");
      return;
    }
    test.names.declare(name, new Symbol.ProcessName(test.processes.size()));
    test.processes.add(new ProcessInfo(name.text(), -1));
  }

  // ---- actors and properties -----------------------------------------------------------------

  private void actor(Tree.Name name) {
    Optional<BackgroundActor> actor =
        Arrays.stream(BackgroundActor.values())
            .filter(a -> word(a).equals(name.text()))
            .findFirst();
    if (actor.isPresent()) {
      if (!test.actors.contains(actor.get())) {
        test.actors.add(actor.get());
      }
    } else if (OTHER_ACTORS.containsKey(name.text())) {
      test.outOfModel(
          "background " + name.text() + ": " + OTHER_ACTORS.get(name.text()), name.span());
    } else {
      List<String> known = actors();
      test.problems.error(
          name.span(),
          "there is no background actor `" + name.text() + "`",
          Hints.didYouMeanOr(name.text(), known, "they are: "));
    }
  }

  private static String word(BackgroundActor actor) {
    return actor.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The words of all background actors, those that are executed first. */
  static List<String> actors() {
    List<String> words =
        new ArrayList<>(Arrays.stream(BackgroundActor.values()).map(Declarations::word).toList());
    OTHER_ACTORS.keySet().stream().sorted().forEach(words::add);
    return words;
  }

  private void tolerates(Tree.Name name) {
    if (name.text().equals("hang")) {
      toleratesHang = true;
      return;
    }
    List<String> known =
        new ArrayList<>(Arrays.stream(PropertyName.values()).map(PropertyName::word).toList());
    known.add("hang");
    Arrays.stream(PropertyName.values())
        .filter(p -> p.word().equals(name.text()))
        .findFirst()
        .ifPresentOrElse(
            tolerated::add,
            () ->
                test.problems.error(
                    name.span(),
                    "there is no property `" + name.text() + "`",
                    Hints.didYouMeanOr(name.text(), known, "they are: ")));
  }
}
