package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.GupFlags;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.FileInfo;
import cowherd.operation.Program.FileKind;
import cowherd.operation.Program.OutOfModel;
import cowherd.operation.Program.RegionKind;
import cowherd.operation.PropertyName;
import cowherd.operation.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How statements, scopes and conditions become programs. */
class CompilerTest {
  private static final int NONE = Instruction.NONE;

  private static LitmusTest test(String text) {
    LitmusParser.Result result = LitmusParser.parse("t.litmus", "litmus t\n" + text);
    assertThat(result.diagnostics().render()).isEmpty();
    return result.tests().getFirst();
  }

  private static Program program(String text) {
    return test(text).program();
  }

  private static List<Instruction> code(Program program, String thread) {
    return program.threads().stream()
        .filter(t -> t.name().equals(thread))
        .findFirst()
        .orElseThrow()
        .code();
  }

  /** The code of a process A with this body, on two pages of memory. */
  private static List<Instruction> body(String body) {
    return code(program("anon x = 1; anon y = 2; file f; process A { " + body + " }"), "A");
  }

  private static List<Op> ops(List<Instruction> code) {
    return code.stream().map(Instruction::op).toList();
  }

  private static int register(Program program, String name) {
    return program.registers().stream().map(r -> r.name()).toList().indexOf(name);
  }

  // ---- declarations --------------------------------------------------------------------------

  @Test
  void memory() {
    Program program =
        program(
            "anon x[2] = {1, 2}; anon z; anon big pages 3 = 5; anon shared s = 4; file f[2] = {7, 8};"
                + " file g; process A { m = mmap(f, MAP_PRIVATE); y = mremap(big); x = 1; }");
    assertThat(program.words()).isEqualTo(2);
    assertThat(program.pages()).isEqualTo(10);
    assertThat(program.regions())
        .extracting(r -> r.name() + " " + r.kind() + " " + r.firstPage() + " " + r.pages())
        .containsExactly(
            "x ANON 0 1",
            "z ANON 1 1",
            "big ANON 2 3",
            "s SHARED_ANON 5 1",
            "m RESERVED 6 1",
            "y RESERVED 7 3");
    assertThat(program.regions())
        .extracting(Program.Region::initial)
        .startsWith(List.of(1, 2), List.of(0, 0), List.of(5, 5), List.of(4, 4));
    assertThat(program.regions())
        .extracting(Program.Region::populated)
        .containsExactly(true, false, true, true, false, false);
    assertThat(program.files())
        .containsExactly(
            new FileInfo("", List.of(4, 4), true, FileKind.SHMEM, false),
            new FileInfo("f", List.of(7, 8), false, FileKind.DISK, false),
            new FileInfo("g", List.of(0, 0), false, FileKind.DISK, false));
    assertThat(program.regions().get(3).kind()).isEqualTo(RegionKind.SHARED_ANON);
    assertThat(program.regions().get(3).file()).isZero();
  }

  @Test
  void actorsAndTolerance() {
    LitmusTest test =
        test(
            "anon x = 1; background reclaim, numa, lru; tolerates hang \"so\";"
                + " tolerates get-coherent \"so\"; process A { x = 2; }");
    assertThat(test.program().actors())
        .containsExactly(Program.BackgroundActor.RECLAIM, Program.BackgroundActor.LRU);
    assertThat(test.program().outOfModel())
        .extracting(OutOfModel::what)
        .containsExactly("background numa: NUMA hinting");
    assertThat(test.toleratesHang()).isTrue();
    assertThat(test.tolerated()).containsExactly(PropertyName.GET_COHERENT);
  }

  @Test
  void otherMemoryIsReadAndOutOfModel() {
    Program program =
        program(
            "thp partial x = 1; hugetlb h; hugetlb gigantic i; pool 2; device exclusive d = 1;"
                + " devzero z; file hugetlbfs m; process A { h = 2; }");
    assertThat(program.outOfModel())
        .extracting(OutOfModel::what)
        .containsExactly(
            "thp partial x: such a huge page",
            "hugetlb gigantic i",
            "device d: device memory",
            "devzero z: /dev/zero");
  }

  // ---- processes and threads -----------------------------------------------------------------

  @Test
  void threadsStartWhereTheyStand() {
    Program program =
        program(
            "anon x = 1; process A { x = 1; thread t { x = 2; thread u { x = 3; } } x = 4; fork(B); }"
                + " process B { thread t daemon { x = 5; } } kernel k daemon { swap_out(B.x); }");
    assertThat(program.threads())
        .extracting(t ->
            t.name() + " " + t.process() + " " + t.spawner() + "@" + t.spawnAt() + " " + t.daemon())
        .containsExactly(
            "A 0 -1@0 false",
            "A.t 0 0@1 false",
            "A.u 0 1@1 false",
            "B 1 -1@0 false",
            "B.t 1 3@0 true",
            "k -1 -1@0 true");
    assertThat(program.processes()).extracting(Program.ProcessInfo::parent).containsExactly(-1, 0);
  }

  @Test
  void variablesOfTheMainThreadAreSharedWhenAssignedBefore() {
    Program program =
        program(
            "anon x = 1; process A { r = 0; thread t { r = x; s = x; } thread u { r = 3; } s = 1; }");
    assertThat(program.registers())
        .extracting(Program.RegisterInfo::name)
        .containsExactly("A.r", "A.t.s", "A.s");
    assertThat(code(program, "A.t")).extracting(Instruction::result).containsExactly(0, 1, NONE);
    assertThat(code(program, "A.u")).extracting(Instruction::result).containsExactly(0, NONE);
  }

  @Test
  void happensBefore() {
    Program program =
        program(
            "anon x = 1; process A { fork(B); signal(go); barrier(b); wait(B); waitpid(B); thread t {"
                + " barrier(b); } join(t); exec(); exit(); } process B { wait(go); barrier(b); }");
    assertThat(program.signals()).containsExactly("go");
    assertThat(program.barriers()).containsExactly(new Program.BarrierInfo("b", 3));
    List<Instruction> code = code(program, "A");
    assertThat(ops(code))
        .containsExactly(
            Op.FORK,
            Op.SIGNAL,
            Op.BARRIER,
            Op.WAIT_PROCESS,
            Op.WAIT_PROCESS,
            Op.JOIN,
            Op.EXEC,
            Op.EXIT,
            Op.END);
    assertThat(code.get(5).object()).isEqualTo(1);
    assertThat(code(program, "B").getFirst().op()).isEqualTo(Op.AWAIT);
  }

  // ---- accesses ------------------------------------------------------------------------------

  @Test
  void loadsAndStores() {
    List<Instruction> code =
        body("x = 2; r = x; s = store(y, r); load(x); t = load(y); x = r + 1; x = y;");
    assertThat(ops(code))
        .containsExactly(
            Op.STORE, Op.LOAD, Op.STORE, Op.LOAD, Op.LOAD, Op.STORE, Op.LOAD, Op.STORE, Op.END);
    assertThat(code)
        .extracting(Instruction::captured)
        .containsExactly(false, true, true, false, true, false, true, false, false);
    assertThat(code)
        .extracting(Instruction::word)
        .containsExactly(NONE, 0, NONE, 0, 0, NONE, 0, NONE, NONE);
    assertThat(code.get(2).value()).isEqualTo(new Expr.Register(0));
    assertThat(code.get(7).value()).isInstanceOf(Expr.Register.class);
  }

  @Test
  void referencesOfSeveralPages() {
    Program program =
        program(
            "anon big[2] pages 2 = 1; process A { k = pin_user_pages(big, FOLL_WRITE|FOLL_LONGTERM);"
                + " r = *k.1; s = k.0[1]; *k.1 = 5; k.1[0] = 6; n = k; unpin_user_page(k); }");
    List<Instruction> code = code(program, "A");
    assertThat(program.handleNames()).containsExactly("A.k", "A.k");
    assertThat(code).extracting(Instruction::handle).containsExactly(0, 1, 0, 1, 1, NONE, 0, NONE);
    assertThat(code)
        .extracting(Instruction::word)
        .containsExactly(NONE, 0, 1, NONE, 0, NONE, NONE, NONE);
    assertThat(code.get(5).value()).isEqualTo(new Expr.Register(register(program, "A.k")));
    assertThat(code.get(0).flags())
        .isEqualTo(GupFlags.FOLL_PIN | GupFlags.FOLL_WRITE | GupFlags.FOLL_LONGTERM);
    assertThat(code.get(0).pages()).isEqualTo(2);
    assertThat(code.get(6).pages()).isEqualTo(2);
  }

  @Test
  void flagsChooseTheRowOfTheUser() {
    Program program =
        program(
            "anon x = 1; process A { a = get_user_pages(x, FOLL_PIN); b = get_user_pages_fast(x,"
                + " FOLL_FAST_ONLY); c = get_user_pages_fast(x, FOLL_PIN|FOLL_FAST_ONLY|FOLL_WRITE);"
                + " unpin_user_page(a); put_page(b); fork(B);"
                + " d = get_user_pages_remote(B, x, FOLL_WRITE); } process B { x = 1; }");
    assertThat(program.users())
        .containsExactly(
            "pin_user_pages",
            "get_user_pages_fast_only",
            "pin_user_pages_fast_only",
            "get_user_pages_remote");
    assertThat(code(program, "A").stream().filter(i -> i.op() == Op.GUP).map(Instruction::flags))
        .containsExactly(
            GupFlags.FOLL_PIN,
            GupFlags.FOLL_GET | GupFlags.FOLL_FAST_ONLY,
            GupFlags.FOLL_PIN | GupFlags.FOLL_FAST_ONLY | GupFlags.FOLL_WRITE,
            GupFlags.FOLL_GET | GupFlags.FOLL_WRITE);
    assertThat(code(program, "A").get(6).process()).isEqualTo(1);
  }

  @Test
  void usersOfGetUserPages() {
    Program program =
        program(
            "anon x[2] = 1; file f; pipe q, q2; process A { write(f, x, O_DIRECT); read(f, x[1],"
                + " O_DIRECT); pwrite(f, x); pread(f, x); vmsplice(q, x); tee(q, q2); r = read(q2, 1);"
                + " b = io_uring_register(x); io_uring_write_fixed(b, f); futex(x);"
                + " p = proc_mem_read(A, x); proc_mem_write(A, x[1], 5); }");
    List<Instruction> code = code(program, "A");
    assertThat(ops(code))
        .containsExactly(
            Op.DIRECT_WRITE,
            Op.DIRECT_READ,
            Op.BUFFERED_WRITE,
            Op.BUFFERED_READ,
            Op.VMSPLICE,
            Op.TEE,
            Op.PIPE_READ,
            Op.GUP,
            Op.FIXED_WRITE,
            Op.TOUCH_BY_GUP,
            Op.REMOTE_READ,
            Op.REMOTE_WRITE,
            Op.END);
    assertThat(program.users())
        .containsExactly(
            "O_DIRECT-write",
            "O_DIRECT-read",
            "vmsplice",
            "io_uring-buffer",
            "futex",
            "proc-mem-read",
            "proc-mem-write");
    assertThat(program.handleNames()).containsExactly("q", "q2", "A.b");
    assertThat(code.get(1).word()).isEqualTo(1);
    assertThat(code.get(5))
        .extracting(Instruction::object, Instruction::flags, Instruction::handle)
        .containsExactly(0, 1, 1);
    assertThat(code.get(6).word()).isEqualTo(1);
    assertThat(code.get(11).value()).isEqualTo(new Expr.Constant(5));
  }

  @Test
  void mappings() {
    List<Instruction> code =
        body(
            "m = mmap(MAP_PRIVATE|MAP_ANONYMOUS); n = mmap(f, MAP_SHARED, PROT_READ); munmap(m);"
                + " mprotect(n, PROT_NONE); o = mremap(x); m = mmap(MAP_PRIVATE|MAP_ANONYMOUS);"
                + " memcpy(m, y);");
    assertThat(code.get(0))
        .extracting(Instruction::page, Instruction::flags, Instruction::object)
        .containsExactly(
            2,
            CallFlags.PROT_READ
                | CallFlags.PROT_WRITE
                | CallFlags.MAP_PRIVATE
                | CallFlags.MAP_ANONYMOUS,
            NONE);
    assertThat(code.get(1))
        .extracting(Instruction::page, Instruction::flags, Instruction::object)
        .containsExactly(3, CallFlags.PROT_READ | CallFlags.MAP_SHARED, 0);
    assertThat(code.get(3).flags()).isZero();
    assertThat(code.get(4))
        .extracting(Instruction::page, Instruction::pages, Instruction::object)
        .containsExactly(0, 1, 4);
    assertThat(code.get(5).page()).isEqualTo(2);
    assertThat(ops(code.subList(6, 8))).containsExactly(Op.LOAD, Op.STORE);
  }

  @Test
  void userfaultfd() {
    Program program =
        program(
            "anon x = 1; process A { u = userfaultfd(UFFD_FEATURE_EVENT_FORK|UFFD_USER_MODE_ONLY);"
                + " fork(B); e = read(u); if (e.address == &x && (e.flags & UFFD_PAGEFAULT_FLAG_WP) != 0) {"
                + " ioctl(u.B, UFFDIO_COPY, e.address, 7, UFFDIO_COPY_MODE_WP); }"
                + " ioctl(u, UFFDIO_ZEROPAGE, x); close(u); } process B { x = 1; }");
    List<Instruction> code = code(program, "A");
    assertThat(program.registers())
        .extracting(Program.RegisterInfo::name)
        .containsExactly("A.e", "A.e.flags", "A.e.address");
    assertThat(code.get(0).flags())
        .isEqualTo(CallFlags.UFFD_FEATURE_EVENT_FORK | CallFlags.UFFD_USER_MODE_ONLY);
    assertThat(code.get(2).result()).isZero();
    Instruction copy = code.get(4);
    assertThat(copy.op()).isEqualTo(Op.UFFD_COPY);
    assertThat(copy.process()).isEqualTo(1);
    assertThat(copy.page()).isEqualTo(NONE);
    assertThat(copy.pageRegister()).isEqualTo(2);
    assertThat(copy.flags()).isEqualTo(CallFlags.UFFDIO_COPY_MODE_WP);
    assertThat(copy.value()).isEqualTo(new Expr.Constant(7));
    assertThat(code.get(5).flags()).isZero();
  }

  @Test
  void reclaimOfOthersAndObservers() {
    Program program =
        program(
            "anon x = 1; process A { fork(B); swap_out(B.x); r = same_page(x, B.x);"
                + " s = present(B.x); } process B { x = 1; } kernel k { swap_out(B.x); lru_add_drain(); }");
    List<Instruction> code = code(program, "A");
    assertThat(code.get(1).process()).isEqualTo(1);
    assertThat(code.get(2).value())
        .isEqualTo(new Expr.Observe(Expr.Observation.SAME_PAGE, 0, 0, 1, 0));
    assertThat(code.get(3).value())
        .isEqualTo(new Expr.Observe(Expr.Observation.PRESENT, 1, 0, NONE, NONE));
    assertThat(code(program, "k")).extracting(Instruction::process).containsExactly(1, NONE, NONE);
  }

  // ---- control -------------------------------------------------------------------------------

  @Test
  void branches() {
    List<Instruction> code =
        body("r = x; if (r == 1) { x = 2; } else if (r == 2) { x = 3; } else { x = 4; } y = 5;");
    assertThat(ops(code))
        .containsExactly(
            Op.LOAD,
            Op.BRANCH_UNLESS,
            Op.STORE,
            Op.JUMP,
            Op.BRANCH_UNLESS,
            Op.STORE,
            Op.JUMP,
            Op.STORE,
            Op.STORE,
            Op.END);
    assertThat(code)
        .extracting(Instruction::flags)
        .containsExactly(NONE, 4, NONE, 8, 7, NONE, 8, NONE, NONE, NONE);
    assertThat(code.get(1).text()).isEqualTo("if (r == 1)");
  }

  @Test
  void loops() {
    List<Instruction> code =
        body("while (x != 1) { r = x; if (r == 3) { break; } } loop { load(x); }");
    assertThat(ops(code))
        .containsExactly(
            Op.LOAD,
            Op.BRANCH_UNLESS,
            Op.LOAD,
            Op.BRANCH_UNLESS,
            Op.JUMP,
            Op.JUMP,
            Op.LOAD,
            Op.JUMP,
            Op.END);
    assertThat(code)
        .extracting(Instruction::flags)
        .containsExactly(NONE, 6, NONE, 5, 6, 0, NONE, 6, NONE);
  }

  @Test
  void repeatIsWrittenOut() {
    assertThat(ops(body("repeat 2 { x = 1; repeat 2 { r = y; if (r == 1) { break; } } }")))
        .containsExactly(
            Op.STORE,
            Op.LOAD,
            Op.BRANCH_UNLESS,
            Op.JUMP,
            Op.LOAD,
            Op.BRANCH_UNLESS,
            Op.JUMP,
            Op.STORE,
            Op.LOAD,
            Op.BRANCH_UNLESS,
            Op.JUMP,
            Op.LOAD,
            Op.BRANCH_UNLESS,
            Op.JUMP,
            Op.END);
  }

  @Test
  void aLoopMayReadWhatALaterRoundAssigns() {
    assertThat(ops(body("loop { if (r == 1) { x = r; } r = y; }")))
        .contains(Op.BRANCH_UNLESS, Op.STORE, Op.LOAD);
  }

  @Test
  void memoryInExpressionsIsLoadedBefore() {
    List<Instruction> code = body("r = x + y - 1 | 2;");
    assertThat(ops(code)).containsExactly(Op.LOAD, Op.LOAD, Op.ASSIGN, Op.END);
    assertThat(code.get(2).value())
        .isEqualTo(
            new Expr.Binary(
                Expr.Operator.BIT_OR,
                new Expr.Binary(
                    Expr.Operator.SUBTRACT,
                    new Expr.Binary(Expr.Operator.ADD, new Expr.Register(0), new Expr.Register(1)),
                    new Expr.Constant(1)),
                new Expr.Constant(2)));
  }

  @Test
  void constantsAreFolded() {
    assertThat(body("r = 1 + 2 == 3 && !(5 > 7 || 0);").getFirst().value())
        .isEqualTo(new Expr.Constant(1));
    assertThat(body("r = -EFAULT;").getFirst().value()).isEqualTo(new Expr.Constant(Value.EFAULT));
    assertThat(body("r = 199 + 1;").getFirst().value()).isInstanceOf(Expr.Binary.class);
  }

  @Test
  void asserts() {
    LitmusTest test = test("anon x = 1; process A { r = x; assert(r == 1); }");
    Expr failed = new Expr.Binary(Expr.Operator.EQUAL, new Expr.Register(1), new Expr.Constant(0));
    assertThat(test.assertions())
        .containsExactly(
            new Assertion(Assertion.Kind.ASSERT, new Expr.Not(failed), "", "assert(r == 1)", 2));
  }

  // ---- conditions ----------------------------------------------------------------------------

  private static Expr condition(String declarations, String condition) {
    return test("anon x%s process A { r = x; fork(B); thread t { s = x; } } process B { r = x; q = x; } never (%s);"
            .formatted(declarations, condition))
        .assertions()
        .getFirst()
        .condition();
  }

  private static Expr equal(Expr left, int right) {
    return new Expr.Binary(Expr.Operator.EQUAL, left, new Expr.Constant(right));
  }

  @Test
  void registersAreFoundByTheirEnd() {
    assertThat(condition(" = 1;", "A.r == 1")).isEqualTo(equal(new Expr.Register(0), 1));
    assertThat(condition(" = 1;", "s == 1")).isEqualTo(equal(new Expr.Register(1), 1));
    assertThat(condition(" = 1;", "t.s == 1")).isEqualTo(equal(new Expr.Register(1), 1));
    assertThat(condition(" = 1;", "q == 1")).isEqualTo(equal(new Expr.Register(3), 1));
  }

  @Test
  void pagesAndFilesAreComparedWordByWord() {
    assertThat(condition(" = 1;", "B.x == 2")).isEqualTo(equal(new Expr.PageWord(1, 0, 0), 2));
    assertThat(condition("[2] = 1;", "x != 2"))
        .isEqualTo(
            new Expr.Binary(
                Expr.Operator.AND,
                new Expr.Binary(
                    Expr.Operator.NOT_EQUAL, new Expr.PageWord(0, 0, 0), new Expr.Constant(2)),
                new Expr.Binary(
                    Expr.Operator.NOT_EQUAL, new Expr.PageWord(0, 0, 1), new Expr.Constant(2))));
    assertThat(condition("[2] = 1; file f;", "f[1] == 2"))
        .isEqualTo(equal(new Expr.FileWord(0, 1), 2));
    assertThat(condition("[2] = 1; file f;", "f == A.x"))
        .isEqualTo(
            new Expr.Binary(
                Expr.Operator.AND,
                new Expr.Binary(
                    Expr.Operator.EQUAL, new Expr.FileWord(0, 0), new Expr.PageWord(0, 0, 0)),
                new Expr.Binary(
                    Expr.Operator.EQUAL, new Expr.FileWord(0, 1), new Expr.PageWord(0, 0, 1))));
  }

  @Test
  void conditionsObserve() {
    assertThat(condition(" = 1;", "!present(B.x)"))
        .isEqualTo(new Expr.Not(new Expr.Observe(Expr.Observation.PRESENT, 1, 0, NONE, NONE)));
  }

  @Test
  void allowedOutcomesAreJoined() {
    LitmusTest test = test("anon x = 1; process A { r = x; } allowed { A.r == 1, A.r == 2 };");
    assertThat(test.assertions().getFirst().condition())
        .isEqualTo(
            new Expr.Binary(
                Expr.Operator.OR, equal(new Expr.Register(0), 1), equal(new Expr.Register(0), 2)));
  }

  @Test
  void testsOfAFileAreIndependent() {
    LitmusParser.Result result =
        LitmusParser.parse(
            "t.litmus",
            """
            litmus good
            anon x = 1;
            process A { x = 2; }
            litmus bad
            process A { y = ; }
            litmus fine
            anon x = 1;
            process A { x = 2; }
            """);
    assertThat(result.tests()).extracting(LitmusTest::name).containsExactly("good", "fine");
    assertThat(result.tests()).extracting(LitmusTest::line).containsExactly(1, 6);
    assertThat(result.tests().getFirst().sourceText())
        .isEqualTo("litmus good\nanon x = 1;\nprocess A { x = 2; }");
    assertThat(result.diagnostics().list()).hasSize(1);
    assertThat(result.isSound()).isFalse();
  }
}
