package cowherd.operation;

import java.util.List;

/**
 * A compiled test: what runs, on which memory. Indices into the lists are the identities that
 * instructions and the state use.
 *
 * @param processes processes; the roots exist from the start, the others are forked
 * @param threads all threads of all processes and the kernel threads of the test
 * @param regions named virtual memory; together they cover virtual pages 0 to {@code pages - 1}
 * @param pages number of virtual pages of every address space
 * @param words words of a page, 1 to {@link #WORDS_MAX}
 * @param folioPages pages of a large folio, 1 when the test has none
 * @param files files, one page each unless said otherwise
 * @param pipes names of pipes
 * @param userfaultfds userfaultfds; each process has its own context for each of them
 * @param signals names of signals
 * @param barriers barriers and how many threads take part
 * @param registers registers
 * @param handles number of handle slots of reference variables
 * @param handleNames name of the variable of each handle slot
 * @param users rows of the kernel's table of GUP users that the program needs
 * @param actors background actors that are on
 * @param hugePages pages of the hugetlb pool
 * @param outOfModel what the test uses that no kernel's model executes yet, empty when nothing
 */
public record Program(
    List<ProcessInfo> processes,
    List<ThreadInfo> threads,
    List<Region> regions,
    int pages,
    int words,
    int folioPages,
    List<FileInfo> files,
    List<String> pipes,
    List<String> userfaultfds,
    List<String> signals,
    List<BarrierInfo> barriers,
    List<RegisterInfo> registers,
    int handles,
    List<String> handleNames,
    List<String> users,
    List<BackgroundActor> actors,
    int hugePages,
    List<OutOfModel> outOfModel) {

  /** Most words of a page. */
  public static final int WORDS_MAX = 4;

  /** How a virtual page is called: {@code x}, or {@code x.1} in a region of several pages. */
  public String pageName(int page) {
    for (Region region : regions) {
      if (page >= region.firstPage() && page < region.firstPage() + region.pages()) {
        return region.pages() == 1
            ? region.name()
            : region.name() + "." + (page - region.firstPage());
      }
    }
    return "page " + page;
  }

  /** The same with other threads. */
  public Program withThreads(List<ThreadInfo> newThreads) {
    return with(newThreads, actors, outOfModel);
  }

  /** The same with other background actors. */
  public Program withActors(List<BackgroundActor> newActors) {
    return with(threads, newActors, outOfModel);
  }

  /** The same with other uses of what the model does not cover. */
  public Program withOutOfModel(List<OutOfModel> newOutOfModel) {
    return with(threads, actors, newOutOfModel);
  }

  private Program with(
      List<ThreadInfo> newThreads,
      List<BackgroundActor> newActors,
      List<OutOfModel> newOutOfModel) {
    return new Program(
        processes,
        newThreads,
        regions,
        pages,
        words,
        folioPages,
        files,
        pipes,
        userfaultfds,
        signals,
        barriers,
        registers,
        handles,
        handleNames,
        users,
        newActors,
        hugePages,
        newOutOfModel);
  }

  /** A process; {@code parent} is -1 for a root. */
  public record ProcessInfo(String name, int parent) {}

  /**
   * A thread.
   *
   * @param name qualified by its process ({@code A.reader}); a main thread has the process's name
   * @param process its process, or -1 for a kernel thread
   * @param spawner the thread that starts it, or -1: it starts with its process
   * @param spawnAt it runs as soon as the spawner's program counter has reached this index
   * @param daemon a run is complete although it has not ended
   */
  public record ThreadInfo(
      String name, int process, int spawner, int spawnAt, boolean daemon, List<Instruction> code) {
    /** The same with other code. */
    public ThreadInfo withCode(List<Instruction> newCode) {
      return new ThreadInfo(name, process, spawner, spawnAt, daemon, newCode);
    }
  }

  /** What backs a region. */
  public enum RegionKind {
    /** private anonymous memory, mapped by the roots from the start */
    ANON,
    /** shared anonymous memory, mapped by the roots from the start */
    SHARED_ANON,
    /** private anonymous memory of huge pages, each mapped by a PMD */
    THP,
    /** the same, each mapped page by page */
    THP_BY_PTES,
    /** private hugetlb memory, mapped by the roots from the start */
    HUGETLB,
    /** addresses that an mmap or mremap of the test gives a mapping to */
    RESERVED
  }

  /**
   * Named virtual pages.
   *
   * @param file the file that backs SHARED_ANON memory, or -1
   * @param populated whether the roots have written {@code initial} to it before the test begins
   * @param initial initial words, {@code words} numbers; used when populated
   */
  public record Region(
      String name,
      RegionKind kind,
      int firstPage,
      int pages,
      int file,
      boolean populated,
      List<Integer> initial) {}

  /** What a file lives on. */
  public enum FileKind {
    /** a disk file system that must be told of the first store to a clean page (page_mkwrite) */
    DISK,
    /** tmpfs, memfd, shared anonymous memory */
    SHMEM,
    /** hugetlbfs, a memfd of huge pages: its pages come from the pool */
    HUGETLBFS,
    /** memfd_secret: not even the kernel has it mapped */
    SECRETMEM
  }

  /**
   * A file of one page and its first content. Shared anonymous memory is one, without a name.
   *
   * @param anonymous whether it has no name
   * @param hole whether the page cache has no page at first; the content is then zeros
   */
  public record FileInfo(
      String name, List<Integer> initial, boolean anonymous, FileKind kind, boolean hole) {}

  /** A barrier of {@code parties} threads. */
  public record BarrierInfo(String name, int parties) {}

  /** A register; the name is qualified ({@code A.reader.r}). */
  public record RegisterInfo(String name) {}

  /** Actors that act by themselves when they are switched on. */
  public enum BackgroundActor {
    /** swaps out any anonymous page at any time */
    RECLAIM,
    /** collapses pages into huge pages at any time */
    KHUGEPAGED,
    /** splits any large folio that nothing but page tables refers to, at any time */
    SPLIT,
    /** merges equal pages at any time */
    KSMD,
    /** moves any anonymous page to another frame at any time */
    MIGRATION,
    /** clears the soft-dirty bits of any process at any time */
    SOFT_DIRTY,
    /** drains the LRU batch at any time; without it fresh pages carry no transient reference */
    LRU,
    /** CPUs keep a translation until its TLB flush; without it every access walks the page table */
    TLB
  }

  /** A use of something that the model does not cover. */
  public record OutOfModel(String what, int line) {}
}
