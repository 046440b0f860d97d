package cowherd.kernel.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceReaderTest {
  @TempDir Path dir;

  private String complaint(byte[] bytes) throws IOException {
    Path file = Files.write(dir.resolve("f"), bytes);
    return switch (SourceReader.read(file, "f")) {
      case SourceReader.Text text -> "read: " + text.text().text();
      case SourceReader.Unreadable unreadable -> unreadable.diagnostic().headline();
    };
  }

  @Test
  void readsText() throws IOException {
    assertThat(complaint("\uFEFFä\tb\r\n".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("read: ä\tb\r\n");
  }

  @Test
  void refusesWhatIsNotText() throws IOException {
    assertThat(complaint(new byte[] {'a', 0, 'b'}))
        .isEqualTo("f: error: this is not a text file: byte 0x00 at offset 1");
    assertThat(complaint(new byte[] {'a', (byte) 0xff}))
        .isEqualTo("f: error: this is not a text file: it is not UTF-8");
  }

  @Test
  void refusesWhatIsTooLarge() throws IOException {
    assertThat(complaint(new byte[10 << 20]))
        .isEqualTo("f: error: the file is larger than 1024 KiB");
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(SourceReader.read(dir.resolve("none"), "none"))
        .isEqualTo(
            new SourceReader.Unreadable(Diagnostic.ofFile("none", "there is no such file", "")));
    assertThat(SourceReader.read(dir, "dir"))
        .isEqualTo(
            new SourceReader.Unreadable(Diagnostic.ofFile("dir", "this is a directory", "")));
  }
}
