package cowherd.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cowherd.emit.RandomPrograms.RandomProgram;
import cowherd.litmus.LitmusParser;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RandomProgramsTest {
  private static final int PROGRAMS = 3000;

  @Test
  void everyProgramIsATestThatCanBeRun() {
    for (int seed = 0; seed < PROGRAMS; seed++) {
      RandomProgram program = RandomPrograms.next(new Random(seed));
      LitmusParser.Result parsed = LitmusParser.parse("random.litmus", program.text("random"));
      assertEquals(1, parsed.tests().size(), program.text("random"));
      assertInstanceOf(
          Carried.Runnable.class,
          Carriers.carry(parsed.tests().getFirst()),
          program.text("random"));
    }
  }

  @Test
  void allKindsAreDrawn() {
    String all =
        IntStream.range(0, PROGRAMS)
            .mapToObj(seed -> RandomPrograms.next(new Random(seed)).text("random"))
            .reduce(new StringBuilder(), StringBuilder::append, StringBuilder::append)
            .toString();
    for (String word :
        new String[] {
          "thp x",
          "thp pte x",
          "hugetlb x",
          "hugetlb shared x",
          "MAP_PRIVATE",
          "memfd g",
          "MADV_FREE",
          "MADV_COLLAPSE",
          "UFFDIO_COPY",
          "UFFDIO_ZEROPAGE",
          "UFFDIO_CONTINUE",
          "UFFD_FEATURE_EVENT_FORK",
          "pin_user_pages_fast(x)",
          "FOLL_GET | FOLL_WRITE",
          "pagemap_scan",
          "mremap",
          "mlock",
          "read(u)"
        }) {
      assertTrue(all.contains(word), word);
    }
  }
}
