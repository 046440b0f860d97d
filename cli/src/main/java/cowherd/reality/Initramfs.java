package cowherd.reality;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** An initramfs: a cpio archive in the newc format (buffer-format of the kernel), compressed. */
final class Initramfs {
  private static final int FILE = 0100000;
  private static final int FOLDER = 0040000;
  private static final int EXECUTABLE = 0755;
  private static final int ALIGNMENT = 4;
  private static final String TRAILER = "TRAILER!!!";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int inode = 1;

  /** Adds a folder. */
  Initramfs folder(String name) {
    entry(name, FOLDER | EXECUTABLE, new byte[0]);
    return this;
  }

  /** Adds an executable file. */
  Initramfs file(String name, byte[] content) {
    entry(name, FILE | EXECUTABLE, content);
    return this;
  }

  /** The archive, not compressed. */
  byte[] archive() {
    entry(TRAILER, 0, new byte[0]);
    return out.toByteArray();
  }

  /** The archive, compressed. */
  byte[] compressed() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(packed)) {
      zip.write(archive());
    }
    return packed.toByteArray();
  }

  private void entry(String name, int mode, byte[] content) {
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    int[] fields = {inode++, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, path.length + 1, 0};
    StringBuilder header = new StringBuilder("070701");
    for (int field : fields) {
      header.append("%08x".formatted(field));
    }
    out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(path);
    out.write(0);
    align();
    out.writeBytes(content);
    align();
  }

  private void align() {
    while (out.size() % ALIGNMENT != 0) {
      out.write(0);
    }
  }
}
