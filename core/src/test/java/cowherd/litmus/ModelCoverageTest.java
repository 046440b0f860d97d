package cowherd.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/model-coverage.md says what the model does; {@code COWHERD_REWRITE=1} writes it anew. */
class ModelCoverageTest {
  private static final Path PAGE = Resources.REPOSITORY.resolve("docs/model-coverage.md");

  @Test
  void thePageSaysWhatTheModelCovers() throws IOException {
    String page = ModelCoverage.markdown();
    if ("1".equals(System.getenv("COWHERD_REWRITE"))) {
      Files.writeString(PAGE, page);
    } else {
      assertThat(Resources.read(PAGE)).isEqualTo(page);
    }
  }
}
