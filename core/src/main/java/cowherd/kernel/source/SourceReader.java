package cowherd.kernel.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Reads a file that a user names: never more than {@link #BYTES_MAX}, and text only. */
public final class SourceReader {
  /** Largest file that is read, in bytes. */
  public static final int BYTES_MAX = 1 << 20;

  private SourceReader() {}

  /** What came of reading a file. */
  public sealed interface Result {}

  /** The file could be read. */
  public record Text(SourceText text) implements Result {}

  /** The file could not be read, or is not a text of acceptable size. */
  public record Unreadable(Diagnostic diagnostic) implements Result {}

  /**
   * Reads a file.
   *
   * @param path the file
   * @param name how diagnostics call it
   */
  public static Result read(Path path, String name) {
    if (Files.isDirectory(path)) {
      return unreadable(name, "this is a directory", "");
    }
    try (InputStream in = Files.newInputStream(path)) {
      return decode(in.readNBytes(BYTES_MAX + 1), name);
    } catch (NoSuchFileException e) {
      return unreadable(name, "there is no such file", "");
    } catch (AccessDeniedException e) {
      return unreadable(name, "the file may not be read: permission denied", "");
    } catch (IOException e) {
      return unreadable(name, "the file cannot be read: " + e.getMessage(), "");
    }
  }

  /** Bytes that were read elsewhere, under the same limits as {@link #read}. */
  public static Result decode(byte[] bytes, String name) {
    if (bytes.length > BYTES_MAX) {
      return unreadable(name, "the file is larger than " + (BYTES_MAX >> 10) + " KiB", "");
    }
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] < ' ' && bytes[i] >= 0 && !isLayout(bytes[i])) {
        return notText(name, i, bytes[i]);
      }
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new Text(new SourceText(name, text.startsWith("\uFEFF") ? text.substring(1) : text));
    } catch (CharacterCodingException e) {
      return unreadable(name, "this is not a text file: it is not UTF-8", "");
    }
  }

  private static boolean isLayout(byte b) {
    return b == '\t' || b == '\n' || b == '\r' || b == '\f';
  }

  private static Result notText(String name, int offset, byte value) {
    String message =
        String.format(
            Locale.ROOT, "this is not a text file: byte 0x%02x at offset %d", value, offset);
    return unreadable(name, message, "");
  }

  private static Result unreadable(String name, String message, String fix) {
    return new Unreadable(Diagnostic.ofFile(name, message, fix));
  }
}
