package cowherd.reality;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of one run of a guest. Its name tells which process made it: what a process leaves
 * that is killed, the next one removes.
 */
final class GuestFolder implements AutoCloseable {
  private static final String PREFIX = "cowherd-guest-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,18})-\\d+");

  private final Path path;

  private GuestFolder(Path path) {
    this.path = path;
  }

  /** Makes one among the temporary files. */
  static GuestFolder make() throws IOException {
    return make(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** Makes one, and removes those of this user's processes that have ended. */
  static GuestFolder make(Path parent) throws IOException {
    Path path = Files.createTempDirectory(parent, PREFIX + ProcessHandle.current().pid() + "-");
    try (Stream<Path> others = Files.list(parent)) {
      UserPrincipal user = Files.getOwner(path);
      others.filter(other -> isStale(other, user)).forEach(GuestFolder::remove);
    } catch (IOException | UncheckedIOException e) {
      // they stay for another time
    }
    return new GuestFolder(path);
  }

  private static boolean isStale(Path folder, UserPrincipal user) {
    Matcher name = NAME.matcher(folder.getFileName().toString());
    try {
      return name.matches()
          && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user)
          && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
    } catch (IOException e) {
      return false; // somebody else has removed it
    }
  }

  /** A file in it. */
  Path file(String name) {
    return path.resolve(name);
  }

  /**
   * Removes it with all that is in it. Never fails, so that it hides no other failure: what cannot
   * be removed now is removed by a later run.
   */
  @Override
  public void close() {
    remove(path);
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // it is gone, or it stays for another time
    }
  }
}
