package cowherd.litmus;

import cowherd.operation.Instruction;
import cowherd.operation.Program;
import cowherd.operation.Program.OutOfModel;
import cowherd.operation.Program.ThreadInfo;
import java.util.List;
import java.util.stream.Stream;

/** What a test means: without line numbers and source texts, so that layouts can be compared. */
record Shape(
    String name,
    String story,
    List<String> sources,
    Program program,
    List<Assertion> assertions,
    List<String> expectations,
    List<String> tolerated) {

  static Shape of(LitmusTest test) {
    return new Shape(
        test.name(),
        test.story(),
        test.sources(),
        withoutLines(test.program()),
        test.assertions().stream()
            .map(a -> new Assertion(a.kind(), a.condition(), a.because(), "", 0))
            .toList(),
        test.expectations().stream().map(Shape::expectation).toList(),
        Stream.concat(
                test.tolerated().stream().map(Object::toString),
                Stream.of("hang " + test.toleratesHang()))
            .toList());
  }

  static List<Shape> of(LitmusParser.Result result) {
    return result.tests().stream().map(Shape::of).toList();
  }

  private static String expectation(Expectation e) {
    return e.verdict()
        + " "
        + e.properties()
        + " "
        + e.inRace()
        + " "
        + e.kinds()
        + " "
        + e.kernels().stream().map(KernelRange::text).toList()
        + " "
        + e.elsewhere();
  }

  private static Program withoutLines(Program p) {
    return p.withThreads(p.threads().stream().map(Shape::thread).toList())
        .withOutOfModel(p.outOfModel().stream().map(o -> new OutOfModel(o.what(), 0)).toList());
  }

  private static ThreadInfo thread(ThreadInfo t) {
    return new ThreadInfo(
        t.name(),
        t.process(),
        t.spawner(),
        t.spawnAt(),
        t.daemon(),
        t.code().stream().map(Shape::instruction).toList());
  }

  static Instruction instruction(Instruction i) {
    return new Instruction(
        i.op(),
        i.result(),
        i.process(),
        i.page(),
        i.pages(),
        i.pageRegister(),
        i.word(),
        i.handle(),
        i.object(),
        i.flags(),
        i.user(),
        i.value(),
        i.captured(),
        "",
        0);
  }
}
