package cowherd.cli;

import cowherd.kernel.source.Diagnostic;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceReader;
import cowherd.kernel.source.SourceText;
import cowherd.litmus.Formatter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
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
    if (arguments.has("--check") && arguments.has("--stdout")) {
      throw new UserError("--check and --stdout print different things", "choose one of them");
    }
    Mode mode =
        arguments.has("--check")
            ? Mode.CHECK
            : arguments.has("--stdout") ? Mode.PRINT : Mode.REPLACE;
    ExitStatus status = ExitStatus.OK;
    for (TestFiles.Found file : TestFiles.find(arguments.parameters())) {
      status = status.and(format(terminal, file, mode));
    }
    return status;
  }

  private static ExitStatus format(Terminal terminal, TestFiles.Found file, Mode mode) {
    if (file.name().endsWith(".kernel")) {
      terminal.complain("cowherd: " + file.name() + " is a kernel file; those are left alone\n");
      return ExitStatus.OK;
    }
    return switch (SourceReader.read(file.path(), file.name())) {
      case SourceReader.Unreadable(Diagnostic d) -> mistakes(terminal, Diagnostics.of(d));
      case SourceReader.Text(SourceText text) ->
          switch (Formatter.format(file.name(), text.text())) {
            case Formatter.Refused(Diagnostics diagnostics) -> mistakes(terminal, diagnostics);
            case Formatter.Formatted(String formatted) ->
                formatted.equals(text.text()) && mode != Mode.PRINT
                    ? ExitStatus.OK
                    : put(terminal, file, mode, formatted);
          };
    };
  }

  private static ExitStatus mistakes(Terminal terminal, Diagnostics diagnostics) {
    terminal.complain(diagnostics.render());
    return ExitStatus.USAGE;
  }

  private static ExitStatus put(
      Terminal terminal, TestFiles.Found file, Mode mode, String formatted) {
    return switch (mode) {
      case PRINT -> {
        terminal.print(formatted);
        yield ExitStatus.OK;
      }
      case CHECK -> {
        terminal.print(file.name() + "\n");
        yield ExitStatus.NOT_AS_EXPECTED;
      }
      case REPLACE -> {
        try {
          replace(file.path().toRealPath(), formatted);
        } catch (IOException e) {
          throw new UserError("cannot write `" + file.name() + "`: " + e.getMessage(), "");
        }
        terminal.print("formatted " + file.name() + "\n");
        yield ExitStatus.OK;
      }
    };
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
