package cowherd.cli;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.reality.Debian;
import cowherd.reality.MissingTool;
import cowherd.report.KernelColumn;
import cowherd.report.KernelReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd kernels}: the list, the rules of one, the differences of two. */
final class KernelsCommand implements Command {
  private static final String KERNEL = "A name, any release, or the path of a kernel file.";

  @Override
  public CommandSpec spec() {
    Usage usage =
        Usage.of(this, "kernels", "List kernels, show the rules of one, or where two differ")
            .description(
                "Lists the kernels. A kernel is a file of rules; most extend another one and state"
                    + " what differs. A release that is not in the list has the rules of the one"
                    + " before it.")
            .flag("--json", "Print JSON lines.");
    CommandSpec spec =
        LookOptions.describe(usage)
            .footer(
                "",
                "Examples:",
                "  cowherd kernels",
                "  cowherd kernels show v5.10 > mine.kernel      a copy to change",
                "  cowherd kernels diff v5.10 ./mine.kernel      what you changed")
            .build();
    spec.usageMessage().synopsisSubcommandLabel("[show K | diff K1 K2 | fetch [NAME]]");
    return spec;
  }

  @Override
  public Map<String, Command> subcommands() {
    Map<String, Command> below = new LinkedHashMap<>();
    below.put("show", new Show());
    below.put("diff", new Diff());
    below.put("fetch", new Fetch());
    return below;
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    KernelLibrary library = KernelLibrary.builtIn();
    List<Kernel> kernels = library.names().stream().map(library::get).toList();
    terminal.print(
        arguments.has("--json")
            ? KernelReport.listJson(kernels)
            : KernelReport.list(kernels, LookOptions.look(terminal, arguments)));
    return ExitStatus.OK;
  }

  /** {@code cowherd kernels show}. */
  private static final class Show implements Command {
    @Override
    public CommandSpec spec() {
      return Usage.of(this, "show", "Print all rules of a kernel")
          .description(
              "Prints all rules of a kernel, those of the kernels that it extends included, as one"
                  + " kernel file.")
          .parameters("K", "1", Usage.KERNELS, KERNEL)
          .flag("--json", "Print one JSON object.")
          .footer("", "Example:", "  cowherd kernels show v6.1")
          .build();
    }

    @Override
    public ExitStatus run(Terminal terminal, Arguments arguments) {
      KernelColumn column = KernelChoice.one(arguments.parameters().getFirst());
      if (arguments.has("--json")) {
        terminal.print(KernelReport.showJson(column));
        return ExitStatus.OK;
      }
      if (!column.note().isEmpty()) {
        terminal.complain("cowherd: " + column.note() + "\n");
      }
      terminal.print(column.kernel().text());
      return ExitStatus.OK;
    }
  }

  /** {@code cowherd kernels diff}. */
  private static final class Diff implements Command {
    @Override
    public CommandSpec spec() {
      Usage usage =
          Usage.of(this, "diff", "Print where two kernels differ")
              .description("Prints the rules, users and claims in which two kernels differ.")
              .parameters("K1 K2", "2", Usage.KERNELS, KERNEL)
              .flag("--json", "Print JSON lines, one object for each difference.");
      return LookOptions.describe(usage)
          .footer("", "Example:", "  cowherd kernels diff v5.9 ./mine.kernel")
          .build();
    }

    @Override
    public ExitStatus run(Terminal terminal, Arguments arguments) {
      List<String> names = arguments.parameters();
      KernelColumn one = KernelChoice.one(names.get(0));
      KernelColumn other = KernelChoice.one(names.get(1));
      terminal.print(
          arguments.has("--json")
              ? KernelReport.diffJson(one, other)
              : KernelReport.diff(one, other, LookOptions.look(terminal, arguments)));
      return ExitStatus.OK;
    }
  }

  /** {@code cowherd kernels fetch}. */
  private static final class Fetch implements Command {
    @Override
    public CommandSpec spec() {
      return Usage.of(this, "fetch", "Download kernels of Debian, to run tests on")
          .description(
              "Downloads kernels of Debian by package name through apt into a cache; nothing is"
                  + " installed. Suites that are not configured are read from the mirror that is.")
          .parameters(
              "NAME",
              "0..*",
              Debian.names(),
              "5.10, 6.1, 6.12 or today (default: all of them), or the full name of a package.")
          .flag("--list", "Only list what the cache has.")
          .footer(
              "",
              "Examples:",
              "  cowherd kernels fetch 6.1 && cowherd run --qemu 6.1 litmus/seeds",
              "  cowherd kernels fetch linux-image-6.12.90+deb13-cloud-amd64")
          .build();
    }

    @Override
    public ExitStatus run(Terminal terminal, Arguments arguments) {
      if (arguments.has("--list")) {
        Debian.cached().forEach(kernel -> terminal.print(line(kernel)));
        return ExitStatus.OK;
      }
      List<String> names =
          arguments.parameters().isEmpty() ? Debian.names() : arguments.parameters();
      for (String name : names) {
        if (!Debian.canFetch(name)) {
          throw new UserError(
              "there is no kernel `" + name + "` to fetch",
              "the names are "
                  + String.join(", ", Debian.names())
                  + ", or a package as linux-image-6.12.90+deb13-cloud-amd64");
        }
      }
      return ExitStatus.worst(names.stream().map(name -> fetch(terminal, name)).toList());
    }

    private static ExitStatus fetch(Terminal terminal, String name) {
      Debian debian = new Debian(text -> terminal.complain("cowherd: " + text + "\n"));
      try {
        terminal.print(line(debian.fetch(name)));
        return ExitStatus.OK;
      } catch (MissingTool e) {
        terminal.complain("cowherd: " + new UserError(e.getMessage() + "", e.advice()).text());
        return ExitStatus.UNAVAILABLE;
      }
    }

    private static String line(Debian.KernelImage kernel) {
      return "%-6s %s  %s\n".formatted(kernel.name(), kernel.release(), kernel.image());
    }
  }
}
