package cowherd.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelLibraryTest {
  static java.util.List<String> names() {
    return KernelLibrary.builtIn().names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyBuiltInKernelLoads(String name) {
    switch (KernelLibrary.builtIn().resolve(name)) {
      case Resolution.Failed failed -> assertThat(failed.diagnostics().render()).isEmpty();
      case Resolution.Found found -> {
        assertThat(found.kernel().name()).isEqualTo(name);
      }
    }
  }
}
