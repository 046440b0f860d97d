package cowherd.library;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.emit.Observation;
import cowherd.emit.Observation.Seen;
import cowherd.emit.Observation.Word;
import cowherd.emit.ObservedChecker;
import cowherd.emit.ObservedChecker.Judgement;
import cowherd.emit.ObservedFile;
import cowherd.emit.ObservedParser;
import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.source.Diagnostics;
import cowherd.kernel.source.SourceReader;
import cowherd.kernel.source.SourceText;
import cowherd.litmus.LitmusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What real kernels were seen to do, {@code litmus/observed}, on the models that speak for them.
 */
class ObservedTest {
  private static final Map<String, LitmusTest> TESTS =
      Library.tests().stream().collect(Collectors.toMap(LitmusTest::name, test -> test));

  /** An observation with what judges it. */
  private record One(ObservedFile file, Observation observation, Kernel kernel) {
    LitmusTest test() {
      LitmusTest test = TESTS.get(observation.test().text());
      if (test == null) {
        throw new IllegalStateException(this + ": there is no such test");
      }
      return test;
    }

    Judgement judge(List<Seen> outcome) {
      return ObservedChecker.judge(
          test(), kernel, new Observation(observation.test(), observation.schedule(), outcome));
    }

    @Override
    public String toString() {
      return file.text().file()
          + ":"
          + file.line(observation)
          + " "
          + observation.test().text()
          + " "
          + observation.outcomeText();
    }
  }

  @Test
  void everyObservationIsAllowedByItsModel() {
    List<One> all = all();
    assertThat(all).hasSizeGreaterThanOrEqualTo(5_000);
    List<String> forbidden =
        all.parallelStream()
            .filter(one -> !(one.judge(one.observation().outcome()) instanceof Judgement.Agrees))
            .map(one -> one + ": " + one.judge(one.observation().outcome()))
            .toList();
    assertThat(forbidden).isEmpty();
  }

  /**
   * Any other value is refused: the models say one thing of each of these schedules, save where the
   * LRU batch may have been drained or not. Of the tables; recordings have all values there are.
   */
  @Test
  void everyOtherValueIsRefused() {
    List<String> changes = new ArrayList<>();
    List<String> accepted = new ArrayList<>();
    List<One> tables =
        all().stream().filter(one -> !one.file().text().file().contains("run-")).toList();
    for (One one : tables) {
      for (int v = 0; v < one.observation().outcome().size(); v++) {
        List<Seen> outcome = new ArrayList<>(one.observation().outcome());
        outcome.set(v, changed(outcome.get(v)));
        changes.add(one + " as " + outcome.get(v).text());
        if (one.judge(outcome) instanceof Judgement.Agrees) {
          accepted.add(changes.getLast());
        }
      }
    }
    assertThat(changes).hasSizeGreaterThan(500);
    // on v4.19 the page is merged only after the batch was drained
    assertThat(accepted).hasSizeLessThanOrEqualTo(1);
    assertThat(accepted)
        .allMatch(change -> change.matches("4.19.observed:\\d+ clean-page-spliced .*"));
  }

  /** A call fewer, or one of another thread: another schedule has another outcome, or none. */
  @Test
  void aScheduleThatCannotBeIsRefused() {
    One one =
        all().stream()
            .filter(o -> o.observation().test().text().equals("splice-in-child/base"))
            .findFirst()
            .orElseThrow();
    List<Word> schedule = new ArrayList<>(one.observation().schedule());
    schedule.set(0, new Word("C", 0)); // before its parent has forked it
    Observation wrong =
        new Observation(one.observation().test(), schedule, one.observation().outcome());
    assertThat(ObservedChecker.judge(one.test(), one.kernel(), wrong))
        .isEqualTo(
            new Judgement.Contradicts(java.util.Set.of(), "C cannot make call 1 of the schedule"));
  }

  private static Seen changed(Seen seen) {
    String other =
        switch (seen.value().text()) {
          case "1" -> "2";
          case "0", "2", "5", "sleeps" -> "1";
          case "unset" -> "UFFD_EVENT_PAGEFAULT";
          default -> "unset";
        };
    // who sleeps in a call has not set its result
    Word name =
        seen.value().text().equals("sleeps") ? new Word("f", seen.name().offset()) : seen.name();
    return new Seen(name, new Word(other, seen.value().offset()));
  }

  private static List<One> all() {
    Path folder = Library.folder().resolve("observed");
    List<One> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(p -> p.toString().endsWith(".observed")).sorted().forEach(p -> add(p, all));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static void add(Path path, List<One> all) {
    SourceText text =
        switch (SourceReader.read(path, path.getFileName().toString())) {
          case SourceReader.Text(SourceText t) -> t;
          case SourceReader.Unreadable(var d) -> throw new IllegalStateException(d.toString());
        };
    ObservedParser.Result result = ObservedParser.parse(text);
    assertThat(result.diagnostics().render()).isEmpty();
    ObservedFile file = result.file().orElseThrow();
    String model = file.model().text();
    Kernel kernel =
        KernelLibrary.builtIn()
            .get(KernelLibrary.isPath(model) ? path.resolveSibling(model).toString() : model);
    for (Observation observation : file.observations()) {
      One one = new One(file, observation, kernel);
      assertThat(
              new Diagnostics(
                      ObservedChecker.mistakes(file, observation, one.test()), List.of(text))
                  .render())
          .isEmpty();
      all.add(one);
    }
  }
}
