package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.kernel.GupUser;
import cowherd.operation.Instruction;
import cowherd.operation.Op;
import cowherd.operation.Program;
import cowherd.operation.Program.OutOfModel;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every form of every call does what the table says. */
class OperationTableTest {

  static List<Operation> operations() {
    return OperationTable.all();
  }

  static List<Constants.Constant> flags() {
    return Constants.all().stream()
        .filter(c -> c.family() != Constants.Family.ERRNO && c.family() != Constants.Family.VALUE)
        .filter(c -> c.family() != Constants.Family.BITS && c.family() != Constants.Family.WORD)
        .toList();
  }

  private static String argument(Parameter parameter) {
    return switch (parameter.kind()) {
      case PAGES, PAGE, ANY_PAGE -> parameter.shown().equals("m") ? "y" : "x";
      case FILE -> "f";
      case PIPE -> parameter.shown();
      case USERFAULTFD -> "u";
      case REFERENCE, REFERENCE_PAGE -> "k";
      case MEMORY_OF, PROCESS -> "B";
      case THREAD -> "t";
      case SIGNAL -> "go";
      case BARRIER -> "b";
      case VALUE -> "5";
      case NUMBER -> "0";
      case FLAGS -> flag(parameter.family());
      case WORD -> parameter.shown();
      case ANYTHING -> "x";
    };
  }

  private static String flag(Constants.Family family) {
    return switch (family) {
      case MAP -> "MAP_PRIVATE";
      case ADVICE -> "MADV_DONTNEED";
      case FOLL -> "FOLL_LONGTERM";
      default ->
          Constants.all().stream()
              .filter(c -> c.family() == family)
              .sorted((a, b) -> a.outOfModel().compareTo(b.outOfModel()))
              .map(Constants.Constant::name)
              .findFirst()
              .orElseThrow();
    };
  }

  /** A call of a form, with all parameters or with those only that it needs. */
  private static String call(Operation operation, boolean all) {
    String arguments =
        operation.parameters().stream()
            .filter(p -> all || !p.optional())
            .map(OperationTableTest::argument)
            .collect(Collectors.joining(", "));
    boolean anonymous =
        operation.parameters().stream().noneMatch(p -> p.kind() == Parameter.Kind.FILE);
    if (operation.name().equals("mmap") && anonymous) {
      arguments = arguments.replace("MAP_PRIVATE", "MAP_PRIVATE|MAP_ANONYMOUS");
    }
    String result = operation.result().shown().replace("k =", "k2 =").replace("u =", "v =");
    return result + operation.name() + "(" + arguments + ");";
  }

  private static LitmusParser.Result parse(String setUp, String call) {
    return LitmusParser.parse(
        "table",
        """
        litmus table
        anon x = 1;
        anon y = 1;
        file f;
        pipe q, q2;
        process A {
          u = userfaultfd(0);
          %s
          thread t { signal(go); }
          fork(B);
          %s
        }
        process B { x = 2; fork(C); }
        process C { y = 1; }
        """
            .formatted(setUp, call));
  }

  private static String setUp(Operation operation) {
    String taker =
        switch (operation.support()) {
          case Operation.Modelled m when !m.drops().isEmpty() -> m.drops();
          case Operation.Modelled _, Operation.OutOfModel _ -> "io_uring_register";
        };
    return "k = " + taker + "(x);";
  }

  @ParameterizedTest
  @MethodSource("operations")
  void compilesOrIsOutOfModel(Operation operation) {
    for (boolean all : List.of(true, false)) {
      String call = operation.name().equals("fork") ? "x = 1;" : call(operation, all);
      LitmusParser.Result result = parse(setUp(operation), call);
      assertThat(result.diagnostics().render()).as(call).isEmpty();
      Program program = result.tests().getFirst().program();
      switch (operation.support()) {
        case Operation.Modelled modelled -> {
          assertThat(program.outOfModel()).as(call).isEmpty();
          assertThat(program.threads().stream().flatMap(t -> t.code().stream()))
              .as(call)
              .extracting(Instruction::op)
              .contains(modelled.op());
        }
        case Operation.OutOfModel(String why) ->
            assertThat(program.outOfModel())
                .extracting(OutOfModel::what)
                .anyMatch(what -> what.startsWith(operation.name()) && what.endsWith(why));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("flags")
  void everyFlagBelongsToACall(Constants.Constant constant) {
    assertThat(OperationTable.all().stream().flatMap(o -> o.parameters().stream()))
        .anyMatch(p -> p.kind() == Parameter.Kind.FLAGS && p.family() == constant.family());
    assertThat(constant.outOfModel().isEmpty() || constant.value() == 0).isTrue();
  }

  @Test
  void everyInstructionHasACall() {
    Set<Op> reached =
        OperationTable.all().stream()
            .flatMap(o ->
                o.support() instanceof Operation.Modelled m
                    ? java.util.stream.Stream.of(m.op())
                    : java.util.stream.Stream.empty())
            .collect(Collectors.toSet());
    EnumSet<Op> missing = EnumSet.complementOf(EnumSet.copyOf(reached));
    assertThat(missing)
        .containsExactlyInAnyOrder(
            Op.BRANCH_UNLESS,
            Op.JUMP,
            Op.ASSIGN,
            Op.END,
            Op.CHOOSE, // free programs alone
            Op.REFERENCE_READ,
            Op.REFERENCE_WRITE);
  }

  @Test
  void everyUserIsARowOfTheKernels() {
    assertThat(OperationTable.all())
        .allSatisfy(o -> {
          if (o.support() instanceof Operation.Modelled m && !m.user().isEmpty()) {
            assertThat(GupUser.NAMES).contains(m.user());
          }
        });
  }
}
