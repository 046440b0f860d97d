package cowherd.litmus;

import cowherd.operation.Op;
import java.util.List;

/**
 * One form of a call that the language knows. A name may have several forms.
 *
 * @param name the name
 * @param parameters what stands between the parentheses
 * @param result what the call gives
 * @param support whether it is executed
 * @param meaning one line
 */
public record Operation(
    String name, List<Parameter> parameters, Result result, Support support, String meaning) {

  /** What a call gives. */
  public enum Result {
    NOTHING(""),
    /** 0 or an error code */
    STATUS("s = "),
    /** a number, or an error code or signal */
    VALUE("r = "),
    /** a reference, to be dropped by its own call; as a number, how many pages or an error code */
    REFERENCE("k = "),
    /** memory */
    REGION("m = "),
    USERFAULTFD("u = "),
    /** an event with {@code .flags} and {@code .address} */
    EVENT("e = ");

    private final String shown;

    Result(String shown) {
      this.shown = shown;
    }

    /** How the reference shows it. */
    public String shown() {
      return shown;
    }
  }

  /** Whether a kernel's model executes the call. */
  public sealed interface Support {}

  /**
   * It does.
   *
   * @param op the instruction; of a call that makes several, the last one
   * @param user row of the table of GUP users, or empty
   * @param flags flags that the name implies
   * @param drops for a call that drops a reference: the name that took it, otherwise empty
   */
  public record Modelled(Op op, String user, int flags, String drops) implements Support {}

  /** It reads, and the test is out of every model. */
  public record OutOfModel(String why) implements Support {}

  public Operation {
    parameters = List.copyOf(parameters);
  }

  /** {@code s = munmap(x)}. */
  public String signature() {
    return result.shown() + call();
  }

  /** The signature without a result that may be dropped. */
  String example() {
    return switch (result) {
      case NOTHING, STATUS, VALUE -> call();
      case REFERENCE, REGION, USERFAULTFD, EVENT -> signature();
    };
  }

  private String call() {
    StringBuilder out = new StringBuilder(name).append('(');
    String separator = "";
    String closing = "";
    for (Parameter parameter : parameters) {
      if (parameter.optional()) {
        out.append('[');
        closing += "]";
      }
      out.append(separator).append(parameter.shown());
      separator = ", ";
    }
    return out.append(closing).append(')').toString();
  }

  /** Fewest arguments. */
  int arguments() {
    return (int) parameters.stream().filter(p -> !p.optional()).count();
  }
}
