package cowherd.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** A temporary file for what memory has no room for: blocks of longs, written once. */
final class Disk implements AutoCloseable {
  private final Path file;
  private final @Nullable FileChannel channel;
  private long end;

  /** No disk: nothing was ever written. */
  static Disk nowhere() {
    return new Disk(Path.of(""), null);
  }

  private Disk(Path file, @Nullable FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Makes a file in a folder; it is deleted when the search ends. */
  static Disk in(Path folder) {
    try {
      Files.createDirectories(folder);
      Path file = Files.createTempFile(folder, "cowherd-", ".spill");
      FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      return new Disk(file, channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FileChannel channel() {
    if (channel == null) {
      throw new IllegalStateException("Disk: there is none");
    }
    return channel;
  }

  /** Writes a block and gives its place. */
  synchronized long write(long[] block, int from, int longs) {
    try {
      ByteBuffer buffer = ByteBuffer.allocate(longs * Long.BYTES);
      buffer.asLongBuffer().put(block, from, longs);
      long place = end;
      while (buffer.hasRemaining()) {
        end += channel().write(buffer, end);
      }
      return place;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** Reads a block. */
  void read(long place, long[] into, int longs) {
    try {
      ByteBuffer buffer = ByteBuffer.allocate(longs * Long.BYTES);
      long at = place;
      while (buffer.hasRemaining()) {
        int read = channel().read(buffer, at);
        if (read < 0) {
          throw new IOException("the file is shorter than what was written to it");
        }
        at += read;
      }
      buffer.flip().asLongBuffer().get(into, 0, longs);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  long bytes() {
    return end;
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
