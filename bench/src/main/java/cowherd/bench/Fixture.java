package cowherd.bench;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;

/** The test that the JMH benchmarks work on: two processes, five calls. */
public final class Fixture {
  /** Its text. */
  public static final String TEXT =
      """
      litmus unmap-takeover
        "A reads, through its reference, a page that B has taken over"
        from "Torvalds, 10 Aug 2020: A and B share a COW page"

      anon x = 1;

      process A {
        fork(B);
        thread reader   { k = get_user_pages(x, FOLL_GET); r = *k; }
        thread unmapper { munmap(x); }
      }
      process B { x = 2; }

      never (A.reader.r == 2)  "data that A never wrote";

      expect violated on v5.7, peterx-v1..peterx-v3;
      expect holds    elsewhere;
      """;

  private Fixture() {}

  /** The test, compiled. */
  public static LitmusTest test() {
    return LitmusParser.parse("unmap-takeover.litmus", TEXT).tests().getFirst();
  }

  /** A built-in kernel. */
  public static Kernel kernel(String name) {
    return KernelLibrary.builtIn().get(name);
  }
}
