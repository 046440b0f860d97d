package cowherd.kernel.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestTest {
  private static final List<String> WORDS = List.of("refcount", "mapcount", "swapcount", "ksm");

  @Test
  void findsTheClosestWord() {
    assertThat(Suggest.closest("refcont", WORDS)).contains("refcount");
    assertThat(Suggest.closest("map_count", WORDS)).contains("mapcount");
    assertThat(Suggest.closest("RefCount", WORDS)).contains("refcount");
    assertThat(Suggest.closest("kms", WORDS)).contains("ksm");
  }

  @Test
  void isSilentWhenNothingIsClose() {
    assertThat(Suggest.closest("folio", WORDS)).isEmpty();
    assertThat(Suggest.closest("", WORDS)).isEmpty();
    assertThat(Suggest.closest("x".repeat(1_000_000), WORDS)).isEmpty();
    assertThat(Suggest.didYouMean("folio", WORDS)).isEmpty();
  }

  @Test
  void wordsTheFix() {
    assertThat(Suggest.didYouMean("swapcuont", WORDS)).isEqualTo("did you mean `swapcount`?");
  }
}
