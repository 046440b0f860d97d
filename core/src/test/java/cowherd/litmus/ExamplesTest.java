package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.GupFlags;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program.FileInfo;
import cowherd.operation.Program.FileKind;
import cowherd.operation.Program.ProcessInfo;
import cowherd.operation.Program.Region;
import cowherd.operation.Program.RegionKind;
import cowherd.operation.Program.RegisterInfo;
import cowherd.operation.Program.ThreadInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The two examples of the product's description, instruction by instruction. */
class ExamplesTest {
  private static final int NONE = Instruction.NONE;
  private static final Expr ZERO = new Expr.Constant(0);

  private static LitmusTest example(String file) {
    LitmusParser.Result result = LitmusParser.parse(file, Resources.example(file));
    assertThat(result.diagnostics().render()).isEmpty();
    assertThat(result.tests()).hasSize(1);
    return result.tests().getFirst();
  }

  private static Instruction end(int process) {
    return instruction(Op.END, process, "");
  }

  private static Instruction instruction(Op op, int process, String text) {
    return new Instruction(
        op, NONE, process, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, ZERO, false, text, 0);
  }

  /** A call on page 0 of process 0. */
  private static Instruction page(Op op, int object, int flags, int user, String text) {
    return new Instruction(
        op, NONE, 0, 0, 1, NONE, NONE, NONE, object, flags, user, ZERO, false, text, 0);
  }

  private static List<Instruction> code(ThreadInfo thread) {
    return thread.code().stream()
        .map(i ->
            new Instruction(
                i.op(),
                i.result(),
                i.process(),
                i.page(),
                i.pages(),
                i.pageRegister(),
                i.word(),
                i.handle(),
                i.object(),
                i.flags(),
                i.user(),
                i.value(),
                i.captured(),
                i.text(),
                0))
        .toList();
  }

  @Test
  void unmapTakeoverDeclares() {
    LitmusTest test = example("unmap-takeover.litmus");
    assertThat(test.name()).isEqualTo("unmap-takeover");
    assertThat(test.story())
        .isEqualTo("A reads, through its reference, a page that B has taken over");
    assertThat(test.sources()).containsExactly("Torvalds, 10 Aug 2020: A and B share a COW page");
    assertThat(test.program().processes())
        .containsExactly(new ProcessInfo("A", -1), new ProcessInfo("B", 0));
    assertThat(test.program().regions())
        .containsExactly(new Region("x", RegionKind.ANON, 0, 1, -1, true, List.of(1)));
    assertThat(test.program().registers())
        .containsExactly(new RegisterInfo("A.reader.k"), new RegisterInfo("A.reader.r"));
    assertThat(test.program().users()).containsExactly("get_user_pages");
    assertThat(test.program().handleNames()).containsExactly("A.reader.k");
    assertThat(test.program().outOfModel()).isEmpty();
  }

  @Test
  void unmapTakeoverRuns() {
    List<ThreadInfo> threads = example("unmap-takeover.litmus").program().threads();
    assertThat(threads)
        .extracting(ThreadInfo::name)
        .containsExactly("A", "A.reader", "A.unmapper", "B");
    assertThat(threads).extracting(ThreadInfo::spawner).containsExactly(-1, 0, 0, -1);
    assertThat(threads).extracting(ThreadInfo::spawnAt).containsExactly(0, 1, 1, 0);
    assertThat(code(threads.get(0)))
        .containsExactly(
            new Instruction(
                Op.FORK, NONE, 0, NONE, NONE, NONE, NONE, NONE, 1, NONE, NONE, ZERO, false,
                "fork(B)", 0),
            end(0));
    assertThat(code(threads.get(1)))
        .containsExactly(
            new Instruction(
                Op.GUP,
                0,
                0,
                0,
                1,
                NONE,
                NONE,
                0,
                NONE,
                GupFlags.FOLL_GET,
                0,
                ZERO,
                false,
                "k = get_user_pages(x, FOLL_GET)",
                0),
            new Instruction(
                Op.REFERENCE_READ,
                1,
                0,
                NONE,
                1,
                NONE,
                0,
                0,
                NONE,
                NONE,
                NONE,
                ZERO,
                false,
                "r = *k",
                0),
            end(0));
    assertThat(code(threads.get(2)))
        .containsExactly(page(Op.MUNMAP, NONE, NONE, NONE, "munmap(x)"), end(0));
    assertThat(code(threads.get(3)))
        .containsExactly(
            new Instruction(
                Op.STORE,
                NONE,
                1,
                0,
                1,
                NONE,
                NONE,
                NONE,
                NONE,
                NONE,
                NONE,
                new Expr.Constant(2),
                false,
                "x = 2",
                0),
            end(1));
  }

  @Test
  void unmapTakeoverExpects() {
    LitmusTest test = example("unmap-takeover.litmus");
    assertThat(test.assertions())
        .containsExactly(
            new Assertion(
                Assertion.Kind.NEVER,
                new Expr.Binary(Expr.Operator.EQUAL, new Expr.Register(1), new Expr.Constant(2)),
                "data that A never wrote",
                "never (A.reader.r == 2)",
                14));
    assertThat(test.expectations())
        .containsExactly(
            new Expectation(
                Verdict.VIOLATED,
                List.of(),
                false,
                List.of(),
                List.of(
                    new KernelRange.One("v5.7", new Place(16, 20, 4)),
                    new KernelRange.Between("peterx-v1", "peterx-v3", new Place(16, 26, 20))),
                false,
                16),
            new Expectation(
                Verdict.HOLDS,
                List.of(),
                false,
                List.of(),
                List.of(
                    new KernelRange.One("v5.8", new Place(17, 20, 4)),
                    new KernelRange.From("v5.9", new Place(17, 26, 6))),
                false,
                17));
  }

  @Test
  void umapEvict() {
    LitmusTest test = example("umap-evict.litmus");
    assertThat(test.program().files())
        .containsExactly(new FileInfo("store", List.of(0), false, FileKind.DISK, false));
    assertThat(test.program().userfaultfds()).containsExactly("u");
    assertThat(test.program().users()).containsExactly("O_DIRECT-write");
    List<ThreadInfo> threads = test.program().threads();
    assertThat(threads.get(1).spawnAt()).isEqualTo(2);
    assertThat(code(threads.get(0)))
        .containsExactly(
            new Instruction(
                Op.UFFD_CREATE,
                NONE,
                0,
                NONE,
                NONE,
                NONE,
                NONE,
                NONE,
                0,
                CallFlags.UFFD_FEATURE_PAGEFAULT_FLAG_WP,
                NONE,
                ZERO,
                false,
                "u = userfaultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP)",
                0),
            page(
                Op.UFFD_REGISTER,
                0,
                CallFlags.UFFDIO_REGISTER_MODE_WP,
                NONE,
                "ioctl(u, UFFDIO_REGISTER, p, UFFDIO_REGISTER_MODE_WP)"),
            end(0));
    assertThat(code(threads.get(1)))
        .containsExactly(
            page(
                Op.UFFD_WRITEPROTECT,
                0,
                CallFlags.UFFDIO_WRITEPROTECT_MODE_WP,
                NONE,
                "ioctl(u, UFFDIO_WRITEPROTECT, p, UFFDIO_WRITEPROTECT_MODE_WP)"),
            page(Op.DIRECT_WRITE, 0, NONE, 0, "write(store, p, O_DIRECT)"),
            page(Op.MADVISE, NONE, CallFlags.MADV_DONTNEED, NONE, "madvise(p, MADV_DONTNEED)"),
            end(0));
    assertThat(test.assertions())
        .extracting(Assertion::kind)
        .containsExactly(Assertion.Kind.TERMINATES, Assertion.Kind.ALWAYS);
  }
}
