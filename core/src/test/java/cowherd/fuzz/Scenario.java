package cowherd.fuzz;

import cowherd.kernel.KernelLibrary;
import java.util.ArrayList;
import java.util.List;

/**
 * A test of the language made from bytes: nearly every input compiles, and every call that the
 * model executes can come up, so that a fuzzer's changes reach the machine and not only the parser.
 * Up to three processes, each forked by the one before, with up to three threads.
 */
final class Scenario {
  private static final int PROCESSES_MAX = 3;
  private static final int THREADS_MAX = 2;
  private static final int CALLS_MAX = 4;

  private static final List<String> PAGES = List.of("x", "x", "y.0", "y.1", "s");
  private static final List<String> RANGES = List.of("x", "x", "y", "y.1", "s");

  /** Calls without a reference: P a page, R a range of pages, N a fresh name, Q some process. */
  private static final List<String> CALLS =
      List.of(
          "P = 2;",
          "P[1] = 3;",
          "N = P;",
          "N = load(P[1]);",
          "N = store(P, 4);",
          "memcpy(P, P);",
          "munmap(R);",
          "mprotect(R, PROT_READ);",
          "mprotect(R, PROT_READ | PROT_WRITE);",
          "mprotect(R, PROT_NONE);",
          "madvise(R, MADV_DONTNEED);",
          "madvise(R, MADV_PAGEOUT);",
          "madvise(R, MADV_DONTFORK);",
          "madvise(R, MADV_DOFORK);",
          "madvise(R, MADV_WIPEONFORK);",
          "madvise(R, MADV_KEEPONFORK);",
          "madvise(R, MADV_POPULATE_READ);",
          "madvise(R, MADV_POPULATE_WRITE);",
          "mlock(R);",
          "munlock(R);",
          "N = mremap(R, MREMAP_MAYMOVE);",
          "N = mremap(R); N = 7;",
          "N = mmap(MAP_PRIVATE | MAP_ANONYMOUS); N = 7;",
          "N = mmap(f, MAP_PRIVATE); N = 8;",
          "N = mmap(f, MAP_SHARED); N = 8;",
          "write(f, P, O_DIRECT);",
          "read(f, P, O_DIRECT);",
          "write(f, P);",
          "read(f, P);",
          "vmsplice(q, R);",
          "N = read(q);",
          "tee(q, q2);",
          "N = read(q2);",
          "N = process_vm_readv(Q, P);",
          "process_vm_writev(Q, P, 6);",
          "N = ptrace(PTRACE_PEEKDATA, Q, P);",
          "ptrace(PTRACE_POKEDATA, Q, P, 7);",
          "N = proc_mem_read(Q, P);",
          "proc_mem_write(Q, P, 8);",
          "perf_virt_to_phys(P);",
          "kvm_fault(P);",
          "futex(P);",
          "uprobe(P);",
          "coredump(P);",
          "swap_out(P);",
          "swap_in(P);",
          "lru_add_drain();",
          "N = present(P);",
          "N = swapped(P);",
          "N = writable(P);",
          "N = zero_page(P);",
          "N = anon_exclusive(P);",
          "N = same_page(P, Q.x);",
          "wait(go);",
          "barrier(meet);",
          "exec();",
          "exit();",
          "if (P == 1) { P = 2; } else { munmap(R); }",
          "repeat 2 { P = 2; N = P; }",
          "while (P == 1) { N = P; }");

  /** Calls of a process that has created the userfaultfd u. */
  private static final List<String> UFFD_CALLS =
      List.of(
          "ioctl(u, UFFDIO_REGISTER, R, UFFDIO_REGISTER_MODE_WP);",
          "ioctl(u, UFFDIO_REGISTER, R, UFFDIO_REGISTER_MODE_MISSING);",
          "ioctl(u, UFFDIO_UNREGISTER, R);",
          "ioctl(u, UFFDIO_WRITEPROTECT, R, UFFDIO_WRITEPROTECT_MODE_WP);",
          "ioctl(u, UFFDIO_WRITEPROTECT, R, 0);",
          "ioctl(u, UFFDIO_COPY, P, 9);",
          "ioctl(u, UFFDIO_ZEROPAGE, R);",
          "ioctl(u, UFFDIO_WAKE, R);",
          "ioctl(u, UFFDIO_REGISTER, R, UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP);",
          "ioctl(u, UFFDIO_REGISTER, R, UFFDIO_REGISTER_MODE_MINOR);",
          "ioctl(u, UFFDIO_COPY, P, 9, UFFDIO_COPY_MODE_WP);",
          "ioctl(u, UFFDIO_CONTINUE, P, 0);",
          "ioctl(u, UFFDIO_CONTINUE, P, UFFDIO_CONTINUE_MODE_WP);",
          "ioctl(u, UFFDIO_POISON, P);",
          "ioctl(u, UFFDIO_MOVE, P, P);",
          "ioctl(u, UFFDIO_MOVE, P, P, UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES);",
          "N = read(u); ioctl(u, UFFDIO_MOVE, N.address, P);",
          "N = read(u); ioctl(u, UFFDIO_POISON, N.address);",
          "N = read(u); ioctl(u, UFFDIO_CONTINUE, N.address, 0);",
          "madvise(R, MADV_REMOVE);",
          "fallocate(g, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);",
          "N = mmap(g, MAP_SHARED); N = 8;",
          "N = mmap(g, MAP_PRIVATE); N = 8;",
          "N = read(u); ioctl(u, UFFDIO_WRITEPROTECT, N.address, 0);",
          "N = read(u); ioctl(u, UFFDIO_COPY, N.address, 9);",
          "close(u);");

  private static final List<String> UFFD_FEATURES =
      List.of(
          "UFFD_FEATURE_PAGEFAULT_FLAG_WP",
          "UFFD_FEATURE_EVENT_FORK | UFFD_FEATURE_PAGEFAULT_FLAG_WP",
          "UFFD_FEATURE_SIGBUS",
          "UFFD_FEATURE_WP_UNPOPULATED",
          "UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP",
          "UFFD_FEATURE_EVENT_FORK | UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_WP_UNPOPULATED",
          "UFFD_USER_MODE_ONLY",
          "0");

  /** Calls that take a reference, each with the one that drops it. */
  private static final List<Taker> TAKERS =
      List.of(
          new Taker("get_user_pages(R, 0)", "put_page"),
          new Taker("get_user_pages(R, FOLL_WRITE | FOLL_FORCE)", "put_page"),
          new Taker("get_user_pages_fast(R, 0)", "put_page"),
          new Taker("get_user_pages_fast(R, FOLL_WRITE)", "put_page"),
          new Taker("get_user_pages_fast_only(R, 0)", "put_page"),
          new Taker("get_user_pages_unlocked(R, 0)", "put_page"),
          new Taker("get_user_pages_remote(Q, R, FOLL_WRITE)", "put_page"),
          new Taker("pin_user_pages(R, FOLL_WRITE)", "unpin_user_page"),
          new Taker("pin_user_pages(R, FOLL_LONGTERM)", "unpin_user_page"),
          new Taker("pin_user_pages_fast(R, FOLL_WRITE | FOLL_LONGTERM)", "unpin_user_page"),
          new Taker("pin_user_pages_fast(R, 0)", "unpin_user_page"),
          new Taker("pin_user_pages_remote(Q, R, 0)", "unpin_user_page"),
          new Taker("io_uring_register(R)", "io_uring_unregister"),
          new Taker("ibv_reg_mr(R)", "ibv_dereg_mr"),
          new Taker("ibv_reg_mr(R, IBV_ACCESS_LOCAL_WRITE)", "ibv_dereg_mr"),
          new Taker("vfio_dma_map(R)", "vfio_dma_unmap"),
          new Taker("vfio_dma_map(R, VFIO_WRITE)", "vfio_dma_unmap"),
          new Taker("i915_gem_userptr(R)", "i915_gem_close"));

  private static final List<String> KERNEL_CALLS =
      List.of("swap_out(A.P);", "swap_in(A.P);", "lru_add_drain();", "wait(go);");

  private record Taker(String call, String dropper) {}

  private record Reference(String name, Taker taker) {}

  private final byte[] bytes;
  private final StringBuilder text = new StringBuilder("litmus scenario\n");
  private final List<Reference> held = new ArrayList<>();
  private int at;
  private int names;
  private int processes;
  private boolean watched;

  private Scenario(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The test, and the kernel that it is for. */
  record Case(String text, String kernel) {}

  static Case of(byte[] bytes) {
    Scenario scenario = new Scenario(bytes);
    String kernel = scenario.pick(KernelLibrary.builtIn().names());
    scenario.write();
    return new Case(scenario.text.toString(), kernel);
  }

  private int below(int bound) {
    return at < bytes.length ? (bytes[at++] & 0xff) % bound : 0;
  }

  private <T> T pick(List<T> of) {
    return of.get(below(of.size()));
  }

  private void write() {
    text.append("anon x[2]").append(below(3) > 0 ? " = 1;\n" : ";\n");
    text.append("anon y[2] pages 2").append(below(2) > 0 ? " = 1;\n" : ";\n");
    text.append("anon shared s[2]").append(below(2) > 0 ? " = 1;\n" : ";\n");
    text.append("file f = 3;\nfile memfd g").append(below(2) > 0 ? " = 4;\n" : ";\n");
    text.append("pipe q, q2;\n");
    int actors = below(8);
    if (actors == 1 || actors == 2) {
      text.append(actors == 1 ? "background lru;\n" : "background reclaim;\n");
    }
    processes = 1 + below(PROCESSES_MAX);
    for (int p = 0; p < processes; p++) {
      process(p);
    }
    if (actors == 3) {
      text.append("kernel k { ").append(filledIn(pick(KERNEL_CALLS))).append(" }\n");
    }
  }

  private void process(int p) {
    text.append("process ").append(name(p)).append(" {\n  ");
    watched = below(4) == 1 && p == 0;
    if (watched) {
      text.append("u = userfaultfd(").append(pick(UFFD_FEATURES)).append("); ");
      text.append(filledIn(UFFD_CALLS.get(below(2)))).append(' ');
    }
    calls();
    if (p + 1 < processes) {
      text.append("fork(").append(name(p + 1)).append("); ");
    }
    text.append(p == 0 ? "signal(go); " : "");
    calls();
    if (p + 1 < processes && below(4) == 1) {
      text.append("wait(").append(name(p + 1)).append("); ");
    }
    text.append('\n');
    for (int t = below(THREADS_MAX + 1); t > 0; t--) {
      held.clear();
      text.append("  thread t").append(t).append(below(4) == 1 ? " daemon { " : " { ");
      calls();
      text.append("}\n");
    }
    held.clear();
    text.append("}\n");
  }

  private static char name(int process) {
    return (char) ('A' + process);
  }

  private void calls() {
    for (int i = below(CALLS_MAX); i > 0; i--) {
      switch (below(8)) {
        case 0, 1 -> take();
        case 2 -> reference();
        case 3 -> text.append(filledIn(pick(watched ? UFFD_CALLS : CALLS)));
        default -> text.append(filledIn(pick(CALLS)));
      }
      text.append(' ');
    }
  }

  private void take() {
    Taker taker = pick(TAKERS);
    String name = "k" + names++;
    text.append(name).append(" = ").append(filledIn(taker.call())).append(";");
    if (!text.substring(text.lastIndexOf("=")).contains("(y)")) {
      held.add(new Reference(name, taker));
    }
  }

  private void reference() {
    if (held.isEmpty()) {
      return;
    }
    Reference reference = pick(held);
    String k = reference.name();
    boolean fixed = reference.taker().dropper().startsWith("io_uring");
    switch (below(fixed ? 6 : 4)) {
      case 0 -> text.append("n").append(names++).append(" = *").append(k).append(";");
      case 1 -> text.append("*").append(k).append(" = 5;");
      case 2 -> text.append("n").append(names++).append(" = ").append(k).append("[1];");
      case 3 -> text.append(reference.taker().dropper()).append("(").append(k).append(");");
      case 4 -> text.append("io_uring_write_fixed(").append(k).append(", f);");
      default -> text.append("io_uring_read_fixed(").append(k).append(", f);");
    }
  }

  /** Capitals that stand alone are replaced; N is the same name throughout a template. */
  private String filledIn(String template) {
    String fresh = "n" + names++;
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < template.length(); i++) {
      boolean alone = !isPartOfWord(template, i - 1) && !isPartOfWord(template, i + 1);
      out.append(
          switch (alone ? template.charAt(i) : ' ') {
            case 'P' -> pick(PAGES);
            case 'R' -> pick(RANGES);
            case 'N' -> fresh;
            case 'Q' -> String.valueOf(name(below(processes)));
            default -> String.valueOf(template.charAt(i));
          });
    }
    return out.toString();
  }

  private static boolean isPartOfWord(String text, int at) {
    return at >= 0
        && at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_');
  }
}
