package cowherd.litmus;

import cowherd.litmus.Constants.Constant;
import cowherd.litmus.Operation.Modelled;
import cowherd.litmus.Operation.OutOfModel;
import cowherd.litmus.Operation.Result;
import cowherd.operation.CallFlags;
import cowherd.operation.Expr;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program.FileInfo;
import cowherd.operation.Program.FileKind;
import cowherd.operation.Value;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Compiles calls. */
final class CallCompiler {
  private static final Set<Op> KERNEL_OPS =
      Set.of(
          Op.SWAP_OUT,
          Op.SWAP_IN,
          Op.LRU_DRAIN,
          Op.COLLAPSE,
          Op.SPLIT,
          Op.CLEAR_REFS,
          Op.KSM_MERGE,
          Op.MIGRATE,
          Op.SIGNAL,
          Op.AWAIT,
          Op.BARRIER,
          Op.OBSERVE);

  private final ThreadContext thread;
  private final Operands operands;
  private final CallMatcher matcher;
  private final Variables variables;

  CallCompiler(ThreadContext thread, Operands operands) {
    this.thread = thread;
    this.operands = operands;
    this.matcher = new CallMatcher(thread);
    this.variables = new Variables(thread);
  }

  void compile(Tree.Call call, Destination destination) {
    Optional<CallMatcher.Match> match = matcher.match(call);
    if (match.isEmpty()) {
      defineAnyway(destination);
      return;
    }
    checkDestination(call, match.get().operation(), destination);
    checkKernelThread(call, match.get().operation());
    noteOutOfModel(match.get());
    switch (match.get().operation().support()) {
      case OutOfModel(String why) -> outOfModel(match.get(), why, destination);
      case Modelled modelled -> emit(call, match.get(), modelled, destination);
    }
  }

  /** After a mistake: the variable exists, so that its uses are not reported too. */
  private void defineAnyway(Destination destination) {
    if (destination instanceof Destination.Named(Tree.Name name)
        && thread.test.names.find(name.text()).isEmpty()
        && thread.scope.find(name.text()).isEmpty()) {
      thread.scope.put(name.text(), new Variable.Broken(thread.register(name.text(), name.span())));
    }
  }

  /** A kernel thread has no memory of its own. */
  private void checkKernelThread(Tree.Call call, Operation operation) {
    if (thread.process() >= 0 || !(operation.support() instanceof Modelled modelled)) {
      return;
    }
    if (!KERNEL_OPS.contains(modelled.op())) {
      error(
          call.name().span(),
          "a kernel thread has no memory of its own: it cannot call `" + operation.name() + "`",
          "it can swap_out, swap_in, lru_add_drain, ksm_merge, migrate, clear_refs, observe,"
              + " signal, wait, barrier");
    }
  }

  // ---- destinations --------------------------------------------------------------------------

  private void checkDestination(Tree.Call call, Operation operation, Destination destination) {
    Result result = operation.result();
    boolean dropped = destination instanceof Destination.Nowhere;
    boolean named = destination instanceof Destination.Named;
    boolean number = result == Result.STATUS || result == Result.VALUE;
    String name = "`" + operation.name() + "`";
    if (dropped && isMaker(result)) {
      thread
          .problems()
          .error(
              call.span(),
              "the result of " + name + " is dropped",
              "write `" + operation.signature() + ";`");
    } else if (!dropped && result == Result.NOTHING) {
      thread.problems().error(call.span(), name + " gives no value", "write it as a statement");
    } else if (!dropped && !named && !number) {
      thread
          .problems()
          .error(
              call.span(),
              name + " cannot stand inside of an expression",
              "write `" + operation.signature() + ";` before");
    }
  }

  private static boolean isMaker(Result result) {
    return result == Result.REFERENCE || result == Result.REGION || result == Result.USERFAULTFD;
  }

  private int resultRegister(Destination destination, Result result) {
    return switch (destination) {
      case Destination.Nowhere _ -> Instruction.NONE;
      case Destination.Hidden(int register) -> register;
      case Destination.Named(Tree.Name name) ->
          switch (result) {
            case NOTHING, STATUS, VALUE -> plain(name);
            case EVENT -> symbolFree(name) ? variables.event(name).register() : Instruction.NONE;
            case REFERENCE, REGION, USERFAULTFD -> Instruction.NONE;
          };
    };
  }

  private int plain(Tree.Name name) {
    return symbolFree(name) ? variables.plain(name).register() : Instruction.NONE;
  }

  private boolean symbolFree(Tree.Name name) {
    Optional<Symbol> symbol = thread.test.names.find(name.text());
    symbol.ifPresent(s ->
        thread
            .problems()
            .error(
                name.span(),
                "`" + name.text() + "` is " + s.what() + ", not a variable",
                "take another name"));
    return symbol.isEmpty();
  }

  // ---- out of the model ----------------------------------------------------------------------

  private void noteOutOfModel(CallMatcher.Match match) {
    for (Argument argument : match.arguments()) {
      if (argument instanceof Argument.Flags flags) {
        for (Constant constant : flags.outOfModel()) {
          thread.test.outOfModel(
              match.operation().name() + "(" + constant.name() + "): " + constant.outOfModel(),
              thread.statement());
        }
      }
    }
  }

  private void outOfModel(CallMatcher.Match match, String why, Destination destination) {
    String words =
        match.arguments().stream()
            .flatMap(a -> a instanceof Argument.Word(String text) ? text.lines() : "".lines())
            .filter(text -> Constants.of(text).isPresent())
            .collect(Collectors.joining(", "));
    thread.test.outOfModel(
        match.operation().name() + "(" + words + "): " + why, thread.statement());
    int register = resultRegister(destination, Result.VALUE);
    if (register != Instruction.NONE) {
      thread.assign(register, new Expr.Constant(Value.UNSET));
    }
  }

  // ---- instructions --------------------------------------------------------------------------

  private void emit(
      Tree.Call call, CallMatcher.Match match, Modelled modelled, Destination destination) {
    if (match.operation().name().equals("memcpy")) {
      memcpy(match);
      return;
    }
    Draft draft = thread.draft(modelled.op());
    fill(draft, match);
    draft.captured = !(destination instanceof Destination.Nowhere) && mayFault(modelled.op());
    switch (modelled.op()) {
      case GUP -> new ReferenceCompiler(thread).take(draft, call, match, modelled, destination);
      case PUT -> new ReferenceCompiler(thread).checkDrop(call, match, modelled);
      case MMAP -> mmap(draft, match, destination);
      case MREMAP -> mremap(draft, match, destination);
      case MADVISE -> checkAdvice(match);
      case PRCTL -> checkOption(match);
      case KSM_MERGE -> ksmMerge(draft, match);
      case VMSPLICE -> vmsplice(draft, call);
      case TEE -> tee(draft, match, call);
      case UFFD_CREATE -> create(draft, destination);
      case UFFD_MOVE -> moveTo(draft, match);
      case OBSERVE -> observe(draft, match);
      case FIXED_WRITE, FIXED_READ -> new ReferenceCompiler(thread).checkFixed(call, match);
      case WAIT_PROCESS -> checkChild(call, draft.object);
      case REMOTE_READ, REMOTE_WRITE -> draft.flags = modelled.flags();
      default -> {}
    }
    if (!modelled.user().isEmpty() && draft.user == Instruction.NONE) {
      draft.user = thread.test.user(modelled.user());
    }
    if (draft.result == Instruction.NONE) {
      draft.result = resultRegister(destination, match.operation().result());
    }
    thread.emit(draft);
  }

  private static boolean mayFault(Op op) {
    return op == Op.LOAD || op == Op.STORE;
  }

  /** Fills the fields that parameters stand for. */
  private void fill(Draft draft, CallMatcher.Match match) {
    Operation operation = match.operation();
    if (operation.parameters().stream().anyMatch(p -> p.kind() == Parameter.Kind.FLAGS)) {
      draft.flags = 0;
    }
    int memoryOf = Instruction.NONE;
    for (Argument argument : match.arguments()) {
      switch (argument) {
        case Argument.Pages(PageRange range) ->
            draft.at(memoryOf == Instruction.NONE ? range : range.ofProcess(memoryOf));
        case Argument.MemoryOf(int process) -> {
          memoryOf = process;
          draft.process = process;
        }
        case Argument.Target(int index) -> draft.object = index;
        case Argument.Userfaultfd(int index, int process) -> {
          draft.object = index;
          draft.process = process;
        }
        case Argument.Handle handle -> {
          draft.handle = handle.first();
          draft.pages = handle.count();
          draft.word = handle.word();
        }
        case Argument.Flags flags -> draft.flags = flags.bits();
        case Argument.Value(Tree.Expression value) -> draft.value = operands.value(value);
        case Argument.Number(int number) -> draft.word = number;
        case Argument.Word _ -> {}
      }
    }
    userfaultfdOf(draft, match);
    if (readsWord(draft.op) && draft.word == Instruction.NONE) {
      draft.word = 0;
    }
  }

  /** Pages of a call on a userfaultfd belong to the process whose context it is. */
  private static void userfaultfdOf(Draft draft, CallMatcher.Match match) {
    if (!match.arguments().isEmpty()
        && match.arguments().getFirst() instanceof Argument.Userfaultfd(var _, int process)) {
      draft.process = process;
    }
  }

  private static boolean readsWord(Op op) {
    return switch (op) {
      case LOAD, REMOTE_READ, PIPE_READ, REFERENCE_READ -> true;
      default -> false;
    };
  }

  private void memcpy(CallMatcher.Match match) {
    PageRange to = ((Argument.Pages) match.arguments().getFirst()).range();
    PageRange from = ((Argument.Pages) match.arguments().get(1)).range();
    boolean one = to.hasWord() || from.hasWord() || thread.test.words == 1;
    int words = one ? 1 : thread.test.words;
    int[] copies = new int[words];
    for (int word = 0; word < words; word++) {
      copies[word] = thread.hiddenRegister();
      Draft load = thread.draft(Op.LOAD);
      load.at(from.withWord(from.hasWord() ? from.word() : word));
      load.result = copies[word];
      thread.emit(load);
    }
    for (int word = 0; word < words; word++) {
      Draft store = thread.draft(Op.STORE);
      store.at(to.hasWord() || words == 1 ? to : to.withWord(word));
      store.value = new Expr.Register(copies[word]);
      thread.emit(store);
    }
  }

  private void mmap(Draft draft, CallMatcher.Match match, Destination destination) {
    Argument.Flags map = flags(match, 0);
    int kinds = map.bits() & (CallFlags.MAP_PRIVATE | CallFlags.MAP_SHARED);
    boolean anonymous = (map.bits() & CallFlags.MAP_ANONYMOUS) != 0;
    boolean file = match.arguments().getFirst() instanceof Argument.Target;
    if (Integer.bitCount(kinds) != 1) {
      error(map.span(), "a mapping is MAP_PRIVATE or MAP_SHARED", "");
    } else if (anonymous == file) {
      error(
          map.span(),
          file
              ? "a mapping of a file is not MAP_ANONYMOUS"
              : "a mapping without a file needs MAP_ANONYMOUS",
          file ? "" : "write `mmap(MAP_PRIVATE|MAP_ANONYMOUS)` or name a file first");
    }
    int protection =
        match.arguments().getLast() instanceof Argument.Flags last && last != map
            ? last.bits()
            : CallFlags.PROT_READ | CallFlags.PROT_WRITE;
    boolean huge = (map.bits() & CallFlags.MAP_HUGETLB) != 0;
    if (huge && file) {
      error(map.span(), "a mapping of a file has the pages of the file", "leave MAP_HUGETLB out");
    }
    draft.flags = map.bits() | protection;
    if (!file && kinds == CallFlags.MAP_SHARED) {
      draft.object = thread.test.files.size();
      List<Integer> zeros = Collections.nCopies(thread.test.words, 0);
      thread.test.files.add(
          new FileInfo("", zeros, true, huge ? FileKind.HUGETLBFS : FileKind.SHMEM, true));
    }
    region(destination)
        .ifPresent(
            memory -> draft.at(PageRange.of(thread.process(), memory.firstPage(), memory.pages())));
  }

  private void mremap(Draft draft, CallMatcher.Match match, Destination destination) {
    if (match.operation().result() == Result.STATUS) {
      mremapOnto(draft, match);
      return;
    }
    Optional<Symbol.Memory> to = region(destination);
    if (to.isPresent() && to.get().pages() != draft.pages) {
      error(
          thread.statement(),
          "`"
              + to.get().name()
              + "` has "
              + to.get().pages()
              + " pages, and the call moves "
              + draft.pages,
          "take another name");
    }
    if (to.isPresent() && to.get().firstPage() == draft.page) {
      error(thread.statement(), "the memory is moved to where it is", "take another name");
    }
    to.ifPresent(memory -> draft.object = memory.firstPage());
  }

  private void mremapOnto(Draft draft, CallMatcher.Match match) {
    PageRange from = ((Argument.Pages) match.arguments().getFirst()).range();
    PageRange to = ((Argument.Pages) match.arguments().get(1)).range();
    draft.at(from);
    draft.object = to.page();
    draft.flags = Math.max(draft.flags, 0) | CallFlags.MREMAP_FIXED;
    if (from.pages() != to.pages()) {
      thread.test.outOfModel("mremap onto a range of another size", thread.statement());
    }
  }

  /** The memory that a call makes; the survey has given it its pages. */
  private Optional<Symbol.Memory> region(Destination destination) {
    if (!(destination instanceof Destination.Named(Tree.Name name))) {
      return Optional.empty();
    }
    Optional<Symbol.Memory> memory = thread.test.names.find(name.text(), Symbol.Memory.class);
    if (memory.isEmpty()) {
      symbolFree(name);
    }
    return memory;
  }

  private void create(Draft draft, Destination destination) {
    if (destination instanceof Destination.Named(Tree.Name name)) {
      thread
          .test
          .names
          .find(name.text(), Symbol.Userfaultfd.class)
          .ifPresentOrElse(u -> draft.object = u.index(), () -> symbolFree(name));
    }
  }

  /** The destination is the page, the source the object. */
  private static void moveTo(Draft draft, CallMatcher.Match match) {
    List<PageRange> pages =
        match.arguments().stream()
            .filter(Argument.Pages.class::isInstance)
            .map(a -> ((Argument.Pages) a).range())
            .toList();
    int process = draft.process;
    draft.at(pages.getFirst().ofProcess(process));
    draft.object = pages.getLast().page();
    draft.word = match.arguments().getFirst() instanceof Argument.Userfaultfd u ? u.index() : 0;
  }

  private void vmsplice(Draft draft, Tree.Call call) {
    String pipe = thread.test.pipes.get(draft.object);
    draft.handle = thread.test.handles(pipe, draft.pages, call.span());
  }

  /** The source pipe is the object, the destination stands in the flags. */
  private void tee(Draft draft, CallMatcher.Match match, Tree.Call call) {
    draft.object = ((Argument.Target) match.arguments().getFirst()).index();
    draft.flags = ((Argument.Target) match.arguments().get(1)).index();
    draft.handle = thread.test.handles(thread.test.pipes.get(draft.flags), 1, call.span());
    draft.pages = 1;
    if (draft.flags == draft.object) {
      error(call.span(), "the two ends of `tee` are the same pipe", "");
    }
  }

  private void observe(Draft draft, CallMatcher.Match match) {
    draft.value = observation(match, thread.test.hugePages);
  }

  static Expr observation(CallMatcher.Match match, int hugePages) {
    if (match.operation().name().equals("free_huge_pages")) {
      return new Expr.FreeHugePages(hugePages);
    }
    PageRange first = ((Argument.Pages) match.arguments().getFirst()).range();
    PageRange second = ((Argument.Pages) match.arguments().getLast()).range();
    boolean two = match.arguments().size() > 1;
    return new Expr.Observe(
        Expr.Observation.valueOf(match.operation().name().toUpperCase(Locale.ROOT)),
        first.process(),
        first.page(),
        two ? second.process() : Instruction.NONE,
        two ? second.page() : Instruction.NONE);
  }

  private void checkAdvice(CallMatcher.Match match) {
    Argument.Flags advice = flags(match, 0);
    String written = thread.test.source.folded(advice.span());
    if (written.contains("|") || written.equals("0")) {
      error(advice.span(), "madvise takes exactly one MADV_* advice", "write one call for each");
    }
  }

  private void checkOption(CallMatcher.Match match) {
    Argument.Flags option = flags(match, 0);
    String written = thread.test.source.folded(option.span());
    if (written.contains("|") || written.equals("0")) {
      error(option.span(), "prctl takes exactly one PR_* option", "write one call for each");
    }
  }

  /** The page that stays; the page that is merged into it stands in object and flags. */
  private static void ksmMerge(Draft draft, CallMatcher.Match match) {
    draft.at(((Argument.Pages) match.arguments().getFirst()).range());
    PageRange merged = ((Argument.Pages) match.arguments().getLast()).range();
    draft.object = merged.page();
    draft.flags = merged.process();
  }

  private void checkChild(Tree.Call call, int process) {
    if (thread.test.processes.get(process).parent() != thread.process()) {
      error(
          call.arguments().getFirst().span(),
          "`" + thread.test.processName(process) + "` is no child of this process",
          "a process waits for those that it forks; for others use signal and wait");
    }
  }

  private static Argument.Flags flags(CallMatcher.Match match, int index) {
    List<Argument.Flags> all =
        match.arguments().stream()
            .filter(Argument.Flags.class::isInstance)
            .map(Argument.Flags.class::cast)
            .toList();
    return all.get(index);
  }

  private void error(Span span, String message, String fix) {
    thread.problems().error(span, message, fix);
  }
}
