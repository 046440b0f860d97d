package cowherd.cli;

import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceReader;
import cowherd.kernel.source.SourceText;
import cowherd.litmus.Formatter;
import cowherd.report.FormatReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** {@code cowherd fmt}: lays tests out in the usual way. */
final class FmtCommand implements Command {
  /** What happens to the result. */
  private enum Mode {
    REPLACE,
    CHECK,
    PRINT
  }

  @Override
  public CommandSpec spec() {
    return Usage.of(this, "fmt", "Lay tests out in the usual way")
        .description(
            "Lays tests out in the usual way. A file is replaced in one step, or not at all. Kernel"
                + " files are left alone.")
        .parameters("FILE_or_DIR", "1..*", "Tests, and folders with *.litmus files below them.")
        .flag("--check", "Change nothing; name the files that would change.")
        .flag("--stdout", "Print the result and leave the file as it is.")
        .flag("--json", "Print JSON lines, one object for each file: does it change?")
        .footer(
            "",
            "Examples:",
            "  cowherd fmt my.litmus",
            "  cowherd fmt --check litmus          exit status 1 when a file would change",
            "  cowherd fmt --stdout my.litmus")
        .build();
  }

  @Override
  public ExitStatus run(Terminal terminal, Arguments arguments) {
    List<String> modes = Stream.of("--check", "--stdout", "--json").filter(arguments::has).toList();
    if (modes.contains("--stdout") && modes.size() > 1) {
      throw new UserError("--stdout prints the text and nothing else", "leave the others out");
    }
    Mode mode =
        arguments.has("--stdout")
            ? Mode.PRINT
            : arguments.has("--check") ? Mode.CHECK : Mode.REPLACE;
    ExitStatus status = ExitStatus.OK;
    for (TestFiles.Found file : TestFiles.find(arguments.parameters())) {
      status = status.and(format(terminal, file, mode, arguments.has("--json")));
    }
    return status;
  }

  private static ExitStatus format(
      Terminal terminal, TestFiles.Found file, Mode mode, boolean json) {
    if (file.name().endsWith(".kernel")) {
      terminal.complain("cowherd: " + file.name() + " is a kernel file; those are left alone\n");
      return ExitStatus.OK;
    }
    return switch (SourceReader.read(file.path(), file.name())) {
      case SourceReader.Unreadable(Diagnostic d) -> mistakes(terminal, Diagnostics.of(d));
      case SourceReader.Text(SourceText text) ->
          switch (Formatter.format(file.name(), text.text())) {
            case Formatter.Refused(Diagnostics diagnostics) -> mistakes(terminal, diagnostics);
            case Formatter.Formatted(String formatted) -> {
              boolean changed = !formatted.equals(text.text());
              terminal.print(json ? FormatReport.json(file.name(), changed) : "");
              yield put(terminal, new Formatting(file, formatted, changed, json), mode);
            }
          };
    };
  }

  private static ExitStatus mistakes(Terminal terminal, Diagnostics diagnostics) {
    terminal.complain(diagnostics.render());
    return ExitStatus.USAGE;
  }

  /** A file that was laid out. */
  private record Formatting(TestFiles.Found file, String text, boolean changed, boolean quiet) {}

  private static ExitStatus put(Terminal terminal, Formatting formatting, Mode mode) {
    String name = formatting.file().name();
    return switch (mode) {
      case PRINT -> {
        terminal.print(formatting.text());
        yield ExitStatus.OK;
      }
      case CHECK -> {
        terminal.print(formatting.changed() && !formatting.quiet() ? name + "\n" : "");
        yield formatting.changed() ? ExitStatus.NOT_AS_EXPECTED : ExitStatus.OK;
      }
      case REPLACE -> {
        if (formatting.changed()) {
          replace(formatting);
          terminal.print(formatting.quiet() ? "" : "formatted " + name + "\n");
        }
        yield ExitStatus.OK;
      }
    };
  }

  private static void replace(Formatting formatting) {
    try {
      replace(formatting.file().path().toRealPath(), formatting.text());
    } catch (IOException e) {
      throw new UserError("cannot write `" + formatting.file().name() + "`: " + e.getMessage(), "");
    }
  }

  /** Puts a whole new file in the place of the old one, with its permissions. */
  private static void replace(Path file, String text) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isWritable(file)) {
      throw new IOException("the file may not be written to");
    }
    Path whole = Files.createTempFile(folder, ".cowherd-", ".tmp");
    try {
      Files.writeString(whole, text, StandardCharsets.UTF_8);
      copyPermissions(file, whole);
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  private static void copyPermissions(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (view == null) {
      return; // no POSIX file system
    }
    PosixFileAttributes old = Files.readAttributes(from, PosixFileAttributes.class);
    PosixFileAttributes now = view.readAttributes();
    if (!now.owner().equals(old.owner())) {
      view.setOwner(old.owner());
    }
    if (!now.group().equals(old.group())) {
      view.setGroup(old.group());
    }
    view.setPermissions(old.permissions());
  }
}
