package cowherd.emit;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.emit.Stress.Answer;
import cowherd.emit.Stress.Seen;
import cowherd.kernel.KernelLibrary;
import cowherd.library.Library;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What free runs are said to be: allowed, a race inside of calls, or forbidden. */
class StressTest {
  private static final int STATES_MAX = 20_000;

  private static LitmusTest race() {
    LitmusTest test =
        Library.tests().stream()
            .filter(t -> t.name().equals("direct-read-races-fork"))
            .findFirst()
            .orElseThrow();
    return ((Carried.Runnable) Carriers.carry(test)).test();
  }

  /** A line of the runner, from what the model has at the end of some run with this outcome. */
  private static String row(String outcome, int count) {
    FreeRuns runs = FreeRuns.of(race(), KernelLibrary.builtIn().get("v6.1"), STATES_MAX);
    FreeRuns.End end =
        runs.ends().stream().filter(e -> e.outcome().equals(outcome)).findFirst().orElseThrow();
    StringBuilder line = new StringBuilder("#* " + count + " 7 |");
    end.registers().forEach(value -> line.append(' ').append(value));
    line.append(" | ").append(end.threads()).append(" |");
    end.content().forEach((name, value) -> line.append(" " + name + "=" + value));
    return line.toString();
  }

  private static Answer answer(String kernel, int most, String... rows) {
    List<String> output = new java.util.ArrayList<>(List.of(rows));
    output.addFirst("#@ direct-read-races-fork stress 100 1000");
    output.add("#+ 100 2 0 2");
    output.add("ok 1 direct-read-races-fork");
    return Stress.compare(race(), KernelLibrary.builtIn().get(kernel), output, most);
  }

  @Test
  void anOutcomeThatNoOrderOfCallsHasIsAWitness() {
    Answer answer = answer("v6.1", STATES_MAX, row("A.r=5", 96), row("A.r=1", 4));
    assertThat(answer).isInstanceOf(Answer.Compared.class);
    Answer.Compared compared = (Answer.Compared) answer;
    assertThat(compared.forbidden()).isEmpty();
    assertThat(compared.seen())
        .containsExactly(
            new Seen("A.r=5", 96, 7, false, List.of()), new Seen("A.r=1", 4, 7, true, List.of()));
    assertThat(compared.witnesses()).extracting(Seen::outcome).containsExactly("A.r=1");
    assertThat(compared.never()).isEmpty();
    assertThat(compared.runs()).isEqualTo(100);
    assertThat(compared.lost()).isEqualTo(2);
  }

  @Test
  void whatWasNotSeenIsCounted() {
    Answer.Compared compared = (Answer.Compared) answer("v6.1", STATES_MAX, row("A.r=5", 100));
    assertThat(compared.never()).containsExactly("A.r=1");
  }

  @Test
  void anotherKernelForbidsIt() {
    Answer.Compared compared =
        (Answer.Compared) answer("v6.5", STATES_MAX, row("A.r=5", 96), row("A.r=1", 4));
    assertThat(compared.forbidden())
        .singleElement()
        .satisfies(seen -> {
          assertThat(seen.outcome()).isEqualTo("A.r=1");
          assertThat(seen.count()).isEqualTo(4);
          assertThat(seen.differs()).contains("A.r is 1, not 5");
        });
    assertThat(compared.allowed()).containsExactly("A.r=5");
  }

  @Test
  void withoutAllStatesThereIsNoAnswer() {
    assertThat(answer("v6.1", 20, row("A.r=5", 96)))
        .isEqualTo(new Answer.Untried("not compared: more than 20 states"));
  }

  @Test
  void whatTheRunnerDoesBySeveralCallsIsNotRun() {
    String text =
        """
        litmus two-looks
        anon x = 1;
        process A {
          fork(B);
          r = load(x);
        }
        process B { s = same_page(A.x, B.x); }
        always (A.r == 1);
        """;
    LitmusTest test = LitmusParser.parse("two.litmus", text).tests().getFirst();
    LitmusTest carried = ((Carried.Runnable) Carriers.carry(test)).test();
    assertThat(Stress.unfit(carried)).contains("the runner makes one call by several: OBSERVE");
    assertThat(Stress.unfit(race())).isEmpty();
  }
}
