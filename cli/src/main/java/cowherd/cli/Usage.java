package cowherd.cli;

import cowherd.kernel.KernelLibrary;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Describes commands to the parser of arguments. Annotations would say the same, but reading them
 * takes as long as the rest of a small check.
 */
final class Usage {
  /** Lists of values may be written in one word. */
  private static final String COMMA = ",";

  /** The kernels that a completion script knows; they are read when a script is written. */
  static final Iterable<String> KERNELS = () -> KernelLibrary.builtIn().names().iterator();

  private final CommandSpec spec;

  private Usage(CommandSpec spec) {
    this.spec = spec;
  }

  /**
   * Begins the description of a command.
   *
   * @param header one line, for the list of commands
   */
  static Usage of(Command command, String name, String header) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(command).name(name);
    spec.version("cowherd " + Version.text());
    spec.usageMessage().header(header, "").sortOptions(false).sortSynopsis(false);
    spec.usageMessage().commandListHeading("%nCommands:%n");
    return new Usage(spec);
  }

  Usage description(String... paragraphs) {
    String[] lines = Arrays.copyOf(paragraphs, paragraphs.length + 1);
    lines[paragraphs.length] = "";
    spec.usageMessage().description(lines);
    return this;
  }

  /** Examples, exit statuses: what stands below the options. */
  Usage footer(String... lines) {
    spec.usageMessage().footer(lines);
    return this;
  }

  /** An option that is there or not. */
  Usage flag(String names, String description) {
    spec.addOption(option(names, description).type(boolean.class).arity("0").build());
    return this;
  }

  /** An option with a value. */
  Usage value(String names, String label, String description) {
    spec.addOption(
        option(names, description).type(String.class).paramLabel(label).arity("1").build());
    return this;
  }

  /** An option with one of a few values. */
  Usage choice(String names, String label, Iterable<String> values, String description) {
    spec.addOption(
        option(names, description)
            .type(String.class)
            .paramLabel(label)
            .arity("1")
            .completionCandidates(values)
            .build());
    return this;
  }

  /** An option with values that commas part, and that may be repeated. */
  Usage list(String names, String label, Iterable<String> values, String description) {
    spec.addOption(
        option(names, description)
            .type(List.class)
            .auxiliaryTypes(String.class)
            .splitRegex(COMMA)
            .paramLabel(label)
            .arity("1")
            .completionCandidates(values)
            .build());
    return this;
  }

  private static OptionSpec.Builder option(String names, String description) {
    String[] all = names.split(" ");
    return OptionSpec.builder(all[0], Arrays.copyOfRange(all, 1, all.length))
        .description(description);
  }

  /**
   * Parameters.
   *
   * @param arity as {@code 1} or {@code 0..*}
   */
  Usage parameters(String label, String arity, String description) {
    return parameters(label, arity, List.of(), description);
  }

  Usage parameters(String label, String arity, Iterable<String> values, String description) {
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel(label)
            .arity(arity)
            .required(!arity.startsWith("0"))
            .type(List.class)
            .auxiliaryTypes(String.class)
            .completionCandidates(values)
            .description(description)
            .build());
    return this;
  }

  /** What every command has. */
  CommandSpec build() {
    spec.addOption(
        option("-h --help", "Show this help.")
            .type(boolean.class)
            .arity("0")
            .usageHelp(true)
            .build());
    spec.addOption(
        option("-V --version", "Show the version.")
            .type(boolean.class)
            .arity("0")
            .versionHelp(true)
            .build());
    return spec;
  }
}
