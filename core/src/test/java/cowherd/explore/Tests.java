package cowherd.explore;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.litmus.LitmusParser;
import cowherd.litmus.LitmusTest;

/** Tests written as source text, and built-in kernels, for the tests of the engine. */
final class Tests {
  private Tests() {}

  /** The one test of a text that must be sound. */
  static LitmusTest parse(String text) {
    LitmusParser.Result result = LitmusParser.parse("test.litmus", text);
    if (!result.isSound()) {
      throw new IllegalArgumentException(result.diagnostics().render() + "\n" + text);
    }
    return result.tests().getFirst();
  }

  static Kernel kernel(String name) {
    return KernelLibrary.builtIn().get(name);
  }

  static Exploration explore(LitmusTest test, String kernel) {
    return Search.run(test, kernel(kernel), Options.DEFAULT, Bounds.defaults());
  }

  static CheckResult check(LitmusTest test, String kernel) {
    return Checker.check(test, kernel(kernel), Options.DEFAULT, Bounds.defaults());
  }
}
