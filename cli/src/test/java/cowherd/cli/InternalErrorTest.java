package cowherd.cli;

import static cowherd.cli.Cowherd.file;
import static org.assertj.core.api.Assertions.assertThat;

import cowherd.explore.Bounds;
import cowherd.explore.Grader;
import cowherd.explore.Options;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusTest;
import cowherd.litmus.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A mistake of Cowherd itself is one line, and a file with all that is needed to repeat it. */
class InternalErrorTest {
  private static final Pattern REPLAY = Pattern.compile("report it with (\\S+)");

  /** Bounds with a mistake: whoever asks them a second time, which a search does, falls. */
  private static Bounds treacherous() {
    Bounds defaults = Bounds.defaults();
    AtomicBoolean asked = new AtomicBoolean();
    return new Bounds(
        defaults.states(),
        defaults.memoryBytes(),
        defaults.time(),
        () -> {
          if (asked.getAndSet(true)) {
            throw new IllegalStateException("made up");
          }
          return false;
        });
  }

  private static Terminal nowhere() {
    PrintStream nothing = new PrintStream(OutputStream.nullOutputStream());
    return new Terminal(nothing, nothing, false, false, Map.of(), () -> false);
  }

  @Test
  void aCellIsUnknownAndAFileTellsTheRest() throws IOException {
    LitmusTest test = TestFiles.read(List.of(file("good/takeover.litmus"))).tests().getFirst();
    CheckJobs.Work work =
        new CheckJobs.Work(
            List.of(test),
            List.of(Grader.of(test, KernelLibrary.builtIn(), Set.of())),
            KernelChoice.of(List.of("v5.7")));
    SearchOptions search = new SearchOptions(Options.DEFAULT, treacherous(), Set.of());
    CheckJobs.Outcome outcome =
        CheckJobs.run(work, new CheckJobs.Setup(search, 1, false), new Progress(nowhere()));
    assertThat(outcome.cells().getFirst().graded().result().verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(outcome.internalErrors()).hasSize(1);
    String line = outcome.internalErrors().getFirst();
    assertThat(line).startsWith("cowherd: internal error in takeover on v5.7: ").hasLineCount(1);
    assertTells(
        line, "litmus takeover", "==== kernel v5.7", "made up", "==== stack trace", "\tat ");
  }

  @Test
  void aCommandThatFallsLeavesAFileToo() throws IOException {
    String line =
        InternalErrors.line(
            "",
            InternalErrors.write("cowherd x", List.of(), new IllegalStateException("y")),
            new IllegalStateException("y"));
    assertTells(line, "==== command\ncowherd x", "IllegalStateException: y");
  }

  private static void assertTells(String line, String... parts) throws IOException {
    Matcher matcher = REPLAY.matcher(line);
    assertThat(matcher.find()).isTrue();
    Path replay = Path.of(matcher.group(1));
    assertThat(Files.readString(replay)).contains(parts);
    Files.delete(replay);
  }
}
