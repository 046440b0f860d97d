package cowherd.litmus;

import cowherd.kernel.GupFlags;
import cowherd.litmus.Constants.Family;
import cowherd.litmus.Operation.Result;
import cowherd.litmus.Parameter.Kind;
import cowherd.operation.CallFlags;
import cowherd.operation.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every call that the language knows, in the order of the reference. */
public final class OperationTable {
  private static final Parameter PAGES = Parameter.of(Kind.PAGES, "x");
  private static final Parameter PAGE = Parameter.of(Kind.PAGE, "x");
  private static final Parameter ANY_PAGE = Parameter.of(Kind.ANY_PAGE, "x");
  private static final Parameter FILE = Parameter.of(Kind.FILE, "f");
  private static final Parameter PIPE = Parameter.of(Kind.PIPE, "q");
  private static final Parameter UFFD = Parameter.of(Kind.USERFAULTFD, "u");
  private static final Parameter REFERENCE = Parameter.of(Kind.REFERENCE, "k");
  private static final Parameter REFERENCE_PAGE = Parameter.of(Kind.REFERENCE_PAGE, "k");
  private static final Parameter MEMORY_OF = Parameter.of(Kind.MEMORY_OF, "B");
  private static final Parameter PROCESS = Parameter.of(Kind.PROCESS, "B");
  private static final Parameter VALUE = Parameter.of(Kind.VALUE, "5");
  private static final Parameter NUMBER = Parameter.of(Kind.NUMBER, "1");
  private static final Parameter PROT = Parameter.flags(Family.PROT, "PROT_READ|PROT_WRITE");
  private static final Parameter FOLL = Parameter.flags(Family.FOLL, "FOLL_...");
  private static final Parameter O_DIRECT = Parameter.word("O_DIRECT");

  private static final List<Operation> ALL = new ArrayList<>();
  private static final Map<String, List<Operation>> BY_NAME = new LinkedHashMap<>();

  static {
    memory();
    processes();
    addressSpace();
    references();
    files();
    pipes();
    remote();
    longTerm();
    touches();
    userfaultfd();
    kernelSteps();
    observers();
    outOfModel();
    for (Operation operation : ALL) {
      BY_NAME.computeIfAbsent(operation.name(), _ -> new ArrayList<>()).add(operation);
    }
  }

  private OperationTable() {}

  /** All forms. */
  public static List<Operation> all() {
    return List.copyOf(ALL);
  }

  /** The forms of a name; empty when there is no such call. */
  static List<Operation> named(String name) {
    return BY_NAME.getOrDefault(name, List.of());
  }

  static List<String> names() {
    return List.copyOf(BY_NAME.keySet());
  }

  // ---- how rows are written ------------------------------------------------------------------

  private static final class Row {
    private final String name;
    private final List<Parameter> parameters;
    private Result result = Result.NOTHING;
    private String meaning = "";

    private Row(String name, Parameter... parameters) {
      this.name = name;
      this.parameters = List.of(parameters);
    }

    Row gives(Result given) {
      this.result = given;
      return this;
    }

    Row says(String line) {
      this.meaning = line;
      return this;
    }

    void does(Op op) {
      add(new Operation.Modelled(op, "", 0, ""));
    }

    void uses(String user, Op op, int flags) {
      add(new Operation.Modelled(op, user, flags, ""));
    }

    void drops(String taker) {
      add(new Operation.Modelled(Op.PUT, "", 0, taker));
    }

    void isOutOfModel(String why) {
      add(new Operation.OutOfModel(why));
    }

    private void add(Operation.Support support) {
      ALL.add(new Operation(name, parameters, result, support, meaning));
    }
  }

  private static Row row(String name, Parameter... parameters) {
    return new Row(name, parameters);
  }

  private static Row status(String name, Parameter... parameters) {
    return new Row(name, parameters).gives(Result.STATUS);
  }

  private static Row value(String name, Parameter... parameters) {
    return new Row(name, parameters).gives(Result.VALUE);
  }

  // ---- rows ----------------------------------------------------------------------------------

  private static void memory() {
    value("load", PAGE).says("a load; a signal becomes the value").does(Op.LOAD);
    status("store", PAGE, VALUE)
        .says("a store; assigned, a signal becomes the status and the thread goes on")
        .does(Op.STORE);
    row("memcpy", Parameter.of(Kind.PAGE, "m"), PAGE)
        .says("loads each word of the second page and stores it into the first")
        .does(Op.STORE);
  }

  private static void processes() {
    status("fork", PROCESS).says("starts the process B with a copy of the memory").does(Op.FORK);
    row("exec").says("drops the address space; the process stays").does(Op.EXEC);
    row("exit").says("ends the process and all its threads").does(Op.EXIT);
    status("wait", PROCESS).says("waits until the child B has ended").does(Op.WAIT_PROCESS);
    status("waitpid", PROCESS).says("the same").does(Op.WAIT_PROCESS);
    row("join", Parameter.of(Kind.THREAD, "t"))
        .says("waits until a thread of the same process has ended")
        .does(Op.JOIN);
    row("signal", Parameter.of(Kind.SIGNAL, "s"))
        .says("lets every `wait(s)` go on, now and later")
        .does(Op.SIGNAL);
    row("wait", Parameter.of(Kind.SIGNAL, "s")).says("waits for `signal(s)`").does(Op.AWAIT);
    row("barrier", Parameter.of(Kind.BARRIER, "b"))
        .says("waits until every thread that names b has come here")
        .does(Op.BARRIER);
    row("vfork", PROCESS).says("fork without a copy").isOutOfModel("vfork");
  }

  private static void addressSpace() {
    Parameter flags = Parameter.flags(Family.MAP, "MAP_PRIVATE|MAP_ANONYMOUS");
    row("mmap", flags, PROT.orNothing())
        .gives(Result.REGION)
        .says("maps a page of anonymous memory")
        .does(Op.MMAP);
    row("mmap", FILE, Parameter.flags(Family.MAP, "MAP_PRIVATE"), PROT.orNothing())
        .gives(Result.REGION)
        .says("maps a file, MAP_PRIVATE or MAP_SHARED")
        .does(Op.MMAP);
    status("munmap", PAGES).says("removes mapping and pages").does(Op.MUNMAP);
    status("mprotect", PAGES, Parameter.flags(Family.PROT, "PROT_READ"))
        .says("changes the protection")
        .does(Op.MPROTECT);
    row("mremap", PAGES, Parameter.flags(Family.MREMAP, "MREMAP_MAYMOVE").orNothing())
        .gives(Result.REGION)
        .says("moves pages to other addresses")
        .does(Op.MREMAP);
    status(
            "mremap",
            PAGES,
            Parameter.of(Kind.PAGES, "y"),
            Parameter.flags(Family.MREMAP, "MREMAP_MAYMOVE|MREMAP_FIXED").orNothing())
        .says("moves pages to addresses that are given; what is mapped there goes first")
        .does(Op.MREMAP);
    status("madvise", PAGES, Parameter.flags(Family.ADVICE, "MADV_..."))
        .says("gives advice; exactly one")
        .does(Op.MADVISE);
    status("mlock", PAGES).says("locks pages into memory").does(Op.MLOCK);
    status("munlock", PAGES).says("undoes mlock").does(Op.MUNLOCK);
  }

  private static void references() {
    gup("get_user_pages", GupFlags.FOLL_GET, "FOLL_GET references");
    gup("get_user_pages_unlocked", GupFlags.FOLL_GET, "the same, may drop mmap_lock and wait");
    gup("get_user_pages_fast", GupFlags.FOLL_GET, "the same, begins with the lockless walk");
    gup("get_user_pages_fast_only", fastOnly(GupFlags.FOLL_GET), "the lockless walk alone");
    remoteGup("get_user_pages_remote", GupFlags.FOLL_GET, "pages of another process");
    gup("pin_user_pages", GupFlags.FOLL_PIN, "FOLL_PIN references");
    gup("pin_user_pages_unlocked", GupFlags.FOLL_PIN, "the same, may drop mmap_lock and wait");
    gup("pin_user_pages_fast", GupFlags.FOLL_PIN, "the same, begins with the lockless walk");
    gup("pin_user_pages_fast_only", fastOnly(GupFlags.FOLL_PIN), "the lockless walk alone");
    remoteGup("pin_user_pages_remote", GupFlags.FOLL_PIN, "pages of another process");
    row("put_page", REFERENCE).says("drops what a get_... took").drops("get_user_pages");
    row("unpin_user_page", REFERENCE).says("drops what a pin_... took").drops("pin_user_pages");
  }

  private static int fastOnly(int flags) {
    return flags | GupFlags.FOLL_FAST_ONLY;
  }

  private static void gup(String name, int flags, String meaning) {
    row(name, PAGES, FOLL.orNothing())
        .gives(Result.REFERENCE)
        .says(meaning)
        .uses(name, Op.GUP, flags);
  }

  private static void remoteGup(String name, int flags, String meaning) {
    row(name, MEMORY_OF, PAGES, FOLL.orNothing())
        .gives(Result.REFERENCE)
        .says(meaning)
        .uses(name, Op.GUP, flags);
  }

  private static void files() {
    for (String name : List.of("write", "pwrite")) {
      status(name, FILE, PAGE, O_DIRECT)
          .says("the device reads the page through a reference")
          .uses("O_DIRECT-write", Op.DIRECT_WRITE, 0);
      status(name, FILE, PAGE).says("the kernel copies by loads").does(Op.BUFFERED_WRITE);
    }
    for (String name : List.of("read", "pread")) {
      status(name, FILE, PAGE, O_DIRECT)
          .says("the device writes the page through a reference")
          .uses("O_DIRECT-read", Op.DIRECT_READ, 0);
      status(name, FILE, PAGE).says("the kernel copies by stores").does(Op.BUFFERED_READ);
    }
    status("fallocate", FILE, Parameter.flags(Family.FALLOCATE, "FALLOC_FL_PUNCH_HOLE"))
        .says("removes the page of a file")
        .does(Op.PUNCH_HOLE);
    status("ftruncate", FILE).says("empties a file").isOutOfModel("truncation");
    status("fsync", FILE).says("writes a file back").isOutOfModel("writeback of files");
    status("msync", PAGES).says("writes a mapping back").isOutOfModel("writeback of files");
  }

  private static void pipes() {
    status("vmsplice", PIPE, PAGES)
        .says("puts the page itself into the pipe")
        .uses("vmsplice", Op.VMSPLICE, 0);
    value("read", PIPE, NUMBER.orNothing())
        .says("consumes the oldest buffer and gives its word 0, or the one named")
        .does(Op.PIPE_READ);
    status("tee", PIPE, Parameter.of(Kind.PIPE, "q2"))
        .says("puts the oldest buffer into another pipe too")
        .does(Op.TEE);
    status("write", PIPE, PAGE).says("copies into the pipe").isOutOfModel("copies into pipes");
    status("splice", PIPE, FILE).says("moves a buffer to a file").isOutOfModel("splice");
    status("splice", FILE, PIPE).says("moves a file's page to a pipe").isOutOfModel("splice");
    status("close", PIPE)
        .says("closes both ends: drops the buffers, one by one")
        .does(Op.PIPE_CLOSE);
  }

  private static void remote() {
    value("process_vm_readv", MEMORY_OF, PAGE)
        .says("reads another process's page")
        .uses("process_vm_readv", Op.REMOTE_READ, 0);
    status("process_vm_writev", MEMORY_OF, PAGE, VALUE)
        .says("writes another process's page")
        .uses("process_vm_writev", Op.REMOTE_WRITE, 0);
    value("ptrace", Parameter.word("PTRACE_PEEKDATA"), MEMORY_OF, PAGE)
        .says("reads with FOLL_FORCE")
        .uses("ptrace-peek", Op.REMOTE_READ, CallFlags.REFUSED_IS_EIO);
    status("ptrace", Parameter.word("PTRACE_POKEDATA"), MEMORY_OF, PAGE, VALUE)
        .says("writes with FOLL_FORCE")
        .uses("ptrace-poke", Op.REMOTE_WRITE, CallFlags.REFUSED_IS_EIO);
    value("proc_mem_read", MEMORY_OF, PAGE)
        .says("reads /proc/B/mem, also its own")
        .uses("proc-mem-read", Op.REMOTE_READ, CallFlags.REFUSED_IS_EIO);
    status("proc_mem_write", MEMORY_OF, PAGE, VALUE)
        .says("writes /proc/B/mem, also its own")
        .uses("proc-mem-write", Op.REMOTE_WRITE, CallFlags.REFUSED_IS_EIO);
  }

  private static void longTerm() {
    row("io_uring_register", PAGES)
        .gives(Result.REFERENCE)
        .says("a fixed buffer: a long-term pin for reading and writing")
        .uses("io_uring-buffer", Op.GUP, 0);
    row("io_uring_unregister", REFERENCE).says("drops it").drops("io_uring_register");
    status("io_uring_write_fixed", REFERENCE_PAGE, FILE)
        .says("writes the buffer to a file: the kernel reads through the pin")
        .does(Op.FIXED_WRITE);
    status("io_uring_read_fixed", REFERENCE_PAGE, FILE)
        .says("reads a file into the buffer: the kernel writes through the pin")
        .does(Op.FIXED_READ);
    row("ibv_reg_mr", PAGES)
        .gives(Result.REFERENCE)
        .says("a memory region that the RDMA device only reads")
        .uses("rdma-mr-readonly", Op.GUP, 0);
    row("ibv_reg_mr", PAGES, Parameter.flags(Family.MEMORY_REGION, "IBV_ACCESS_LOCAL_WRITE"))
        .gives(Result.REFERENCE)
        .says("a memory region that it writes too")
        .uses("rdma-mr", Op.GUP, 0);
    row("ibv_dereg_mr", REFERENCE).says("drops it").drops("ibv_reg_mr");
    row("vfio_dma_map", PAGES)
        .gives(Result.REFERENCE)
        .says("memory that a passed-through device reads")
        .uses("vfio-dma-readonly", Op.GUP, 0);
    row("vfio_dma_map", PAGES, Parameter.flags(Family.DMA_MAP, "VFIO_WRITE"))
        .gives(Result.REFERENCE)
        .says("memory that it writes too")
        .uses("vfio-dma", Op.GUP, 0);
    row("vfio_dma_unmap", REFERENCE).says("drops it").drops("vfio_dma_map");
    row("i915_gem_userptr", PAGES)
        .gives(Result.REFERENCE)
        .says("memory that the graphics device uses")
        .uses("i915-userptr", Op.GUP, 0);
    row("i915_gem_close", REFERENCE).says("drops it").drops("i915_gem_userptr");
  }

  private static void touches() {
    touch("perf_virt_to_phys", "perf", "asks for the physical address of a sample");
    touch("kvm_fault", "kvm-fault", "a guest touches the page");
    touch("futex", "futex", "a shared futex in the page");
    touch("uprobe", "uprobes", "a breakpoint in the page");
    touch("coredump", "coredump", "dumps the page");
    row("send_zerocopy", PAGES)
        .says("sends from the page itself")
        .isOutOfModel("network zero copy");
  }

  private static void touch(String name, String user, String meaning) {
    status(name, PAGES)
        .says(meaning + "; the reference is dropped at once")
        .uses(user, Op.TOUCH_BY_GUP, 0);
  }

  private static void userfaultfd() {
    row("userfaultfd", Parameter.flags(Family.FEATURE, "UFFD_FEATURE_...|UFFD_USER_MODE_ONLY"))
        .gives(Result.USERFAULTFD)
        .says("a userfaultfd with these features; 0 for none")
        .does(Op.UFFD_CREATE);
    ioctl("UFFDIO_REGISTER", PAGES, Parameter.flags(Family.REGISTER_MODE, "MODES"))
        .says("watches pages")
        .does(Op.UFFD_REGISTER);
    ioctl("UFFDIO_UNREGISTER", PAGES).says("stops watching").does(Op.UFFD_UNREGISTER);
    ioctl("UFFDIO_WRITEPROTECT", PAGES, Parameter.flags(Family.WRITEPROTECT_MODE, "MODE"))
        .says("protects; with mode 0 resolves and wakes")
        .does(Op.UFFD_WRITEPROTECT);
    ioctl("UFFDIO_COPY", PAGES, VALUE, Parameter.flags(Family.COPY_MODE, "MODE").orNothing())
        .says("fills a missing page and wakes")
        .does(Op.UFFD_COPY);
    ioctl("UFFDIO_ZEROPAGE", PAGES, Parameter.flags(Family.ZEROPAGE_MODE, "MODE").orNothing())
        .says("maps the zero page and wakes")
        .does(Op.UFFD_ZEROPAGE);
    ioctl("UFFDIO_WAKE", PAGES).says("wakes").does(Op.UFFD_WAKE);
    ioctl("UFFDIO_CONTINUE", PAGES, Parameter.flags(Family.CONTINUE_MODE, "MODE").orNothing())
        .says("maps the page of the page cache")
        .does(Op.UFFD_CONTINUE);
    ioctl(
            "UFFDIO_MOVE",
            PAGES,
            Parameter.of(Kind.PAGE, "y"),
            Parameter.flags(Family.MOVE_MODE, "MODE").orNothing())
        .says("moves the page `y` to where `x` is missing and wakes")
        .does(Op.UFFD_MOVE);
    ioctl("UFFDIO_POISON", PAGES)
        .says("answers a missing page with SIGBUS and wakes")
        .does(Op.UFFD_POISON);
    ioctl("UFFDIO_API", Parameter.flags(Family.FEATURE, "UFFD_FEATURE_..."))
        .says("another handshake; the first is a part of userfaultfd() here")
        .does(Op.UFFD_API);
    row("read", UFFD)
        .gives(Result.EVENT)
        .says("waits for the oldest unread event: `e`, `e.flags`, `e.address`")
        .does(Op.UFFD_READ);
    row("close", UFFD).says("closes it; waiting faults are retried").does(Op.UFFD_CLOSE);
  }

  private static Row ioctl(String request, Parameter... rest) {
    List<Parameter> parameters = new ArrayList<>(List.of(UFFD, Parameter.word(request)));
    parameters.addAll(List.of(rest));
    return status("ioctl", parameters.toArray(Parameter[]::new));
  }

  private static void kernelSteps() {
    row("swap_out", ANY_PAGE).says("reclaim swaps the page out").does(Op.SWAP_OUT);
    row("swap_in", ANY_PAGE).says("swaps it in").does(Op.SWAP_IN);
    row("lru_add_drain").says("empties the LRU batch").does(Op.LRU_DRAIN);
    row("collapse", ANY_PAGE).says("khugepaged collapses the range of the page").does(Op.COLLAPSE);
    status("split", ANY_PAGE).says("splits the folio of the page into pages").does(Op.SPLIT);
    value("ksm_merge", ANY_PAGE, Parameter.of(Kind.ANY_PAGE, "B.y"))
        .says("ksmd finds two pages equal; 1 when the second is merged into the first")
        .does(Op.KSM_MERGE);
    value("migrate", ANY_PAGE)
        .says("moves the page to another frame; 1 when it could be moved")
        .does(Op.MIGRATE);
    row("numa_hint", ANY_PAGE).says("protects for NUMA balancing").isOutOfModel("NUMA hinting");
    status("clear_refs", MEMORY_OF)
        .says("writes 4 to /proc/A/clear_refs: no page of A is soft-dirty any more")
        .does(Op.CLEAR_REFS);
    row("drop_caches").says("drops clean page cache").isOutOfModel("reclaim of files");
    row("memory_pressure").says("reclaims anything").isOutOfModel("memory pressure");
    row("swapoff").says("swaps everything in").isOutOfModel("swapoff");
    row("tlb_flush").says("flushes this CPU's TLB").isOutOfModel("the TLB of one CPU");
  }

  private static void observers() {
    observer("present", "a page is mapped");
    observer("swapped", "a swap entry is mapped");
    observer("uffd_wp", "the entry has the uffd-wp bit");
    observer("soft_dirty", "the page counts as stored to since clear_refs");
    observer("file_page", "a page of a file or of shared memory is mapped");
    observer("guard", "the entry is a guard marker");
    observer("writable", "the entry has the write bit (model only)");
    observer("exclusively_mapped", "the page is mapped once");
    observer("anon_exclusive", "PG_anon_exclusive (model only)");
    observer("zero_page", "the zero page is mapped");
    observer("pmd_mapped", "the page is mapped by a PMD");
    observer("large_folio", "the page belongs to a folio of several pages");
    observer("swap_cached", "the swap entry's page is in the swap cache");
    observer("ksm_page", "a KSM page is mapped");
    value("same_page", ANY_PAGE, Parameter.of(Kind.ANY_PAGE, "B.x"))
        .says("both are the same frame")
        .does(Op.OBSERVE);
    value("same_vma", ANY_PAGE, ANY_PAGE).says("VMAs merged").isOutOfModel("VMA merging");
    value(
            "pagemap_scan",
            PAGES,
            Parameter.flags(Family.SCAN, "PAGE_IS_...|PM_SCAN_...").orNothing())
        .says(
            "counts the pages that are of all these categories, PAGE_IS_WRITTEN when none is named")
        .does(Op.PAGEMAP_SCAN);
    value("free_huge_pages").says("pages of the hugetlb pool that are not in use").does(Op.OBSERVE);
    value("rss_anon").says("resident pages").isOutOfModel("accounting");
    value("ksm_pages").says("merged pages").isOutOfModel("counters as values");
    value("faults").says("faults of the process so far").isOutOfModel("counters as values");
    value("copies").says("copying faults so far").isOutOfModel("counters as values");
  }

  private static void observer(String name, String meaning) {
    value(name, ANY_PAGE).says("1 when " + meaning + ", else 0").does(Op.OBSERVE);
  }

  private static void outOfModel() {
    status("mbind", PAGES, NUMBER.orNothing()).says("moves to a node").isOutOfModel("migration");
    status("move_pages", PAGES, NUMBER.orNothing())
        .says("moves to a node")
        .isOutOfModel("migration");
    status("migrate_pages", MEMORY_OF.orNothing())
        .says("moves a process's pages")
        .isOutOfModel("migration");
    value("prctl", Parameter.flags(Family.PRCTL, "PR_SET_MEMORY_MERGE"), NUMBER.orNothing())
        .says("KSM for all memory of the process, 1 or 0; PR_GET_MEMORY_MERGE reads it back")
        .does(Op.PRCTL);
    status("make_device_exclusive", PAGES)
        .says("gives a page to a device alone")
        .isOutOfModel("device memory");
    value("cmpxchg", PAGE, VALUE, VALUE)
        .says("atomic compare and exchange")
        .isOutOfModel("atomic read-modify-write");
    value("fetch_add", PAGE, VALUE).says("atomic add").isOutOfModel("atomic read-modify-write");
  }
}
