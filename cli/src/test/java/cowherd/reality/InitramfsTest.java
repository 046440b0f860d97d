package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** What is put into an archive is read out of it, by the rules of cpio's newc format. */
class InitramfsTest {
  private static final int HEADER_BYTES = 110;
  private static final int FIELD_DIGITS = 8;

  @Test
  void aReaderFindsWhatWasWritten() {
    Map<String, String> entries =
        read(
            new Initramfs()
                .folder("dev")
                .file("init", bytes("#!"))
                .file("empty", bytes(""))
                .file("modules/brd.ko", bytes("abcde"))
                .archive());
    assertThat(entries)
        .containsExactly(
            Map.entry("dev", "40755 "),
            Map.entry("init", "100755 #!"),
            Map.entry("empty", "100755 "),
            Map.entry("modules/brd.ko", "100755 abcde"),
            Map.entry("TRAILER!!!", "0 "));
  }

  @Test
  void aCompressedArchiveIsTheArchive() throws IOException {
    byte[] packed = new Initramfs().file("init", bytes("#!")).compressed();
    byte[] unpacked = new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    assertThat(unpacked).isEqualTo(new Initramfs().file("init", bytes("#!")).archive());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Names with mode and content. */
  private static Map<String, String> read(byte[] archive) {
    String text = new String(archive, StandardCharsets.ISO_8859_1);
    Map<String, String> entries = new LinkedHashMap<>();
    int at = 0;
    while (at < text.length()) {
      assertThat(text.substring(at)).startsWith("070701");
      int size = field(text, at, 6);
      int nameSize = field(text, at, 11);
      int nameBegin = at + HEADER_BYTES;
      int begin = aligned(nameBegin + nameSize);
      assertThat(text.charAt(nameBegin + nameSize - 1)).isEqualTo('\0');
      entries.put(
          text.substring(nameBegin, nameBegin + nameSize - 1),
          Integer.toOctalString(field(text, at, 1)) + " " + text.substring(begin, begin + size));
      at = aligned(begin + size);
    }
    return entries;
  }

  private static int field(String text, int at, int index) {
    int begin = at + "070701".length() + index * FIELD_DIGITS;
    return Integer.parseInt(text.substring(begin, begin + FIELD_DIGITS), 16);
  }

  private static int aligned(int offset) {
    return (offset + 3) / 4 * 4;
  }
}
