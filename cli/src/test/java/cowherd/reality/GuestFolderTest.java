package cowherd.reality;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run removes its own folder, and those that dead runs of the same user left. */
class GuestFolderTest {
  /** Above what Linux gives. */
  private static final long DEAD = 1L << 30;

  @TempDir private Path parent;

  @Test
  void foldersOfDeadRunsAreRemovedAndNoOthers() throws IOException {
    Path dead = folder("cowherd-guest-" + DEAD + "-1");
    Path alive = folder("cowherd-guest-" + ProcessHandle.current().pid() + "-1");
    Path foreign = folder("cowherd-guests");
    Path outside = folder("outside");
    Path link = Files.createSymbolicLink(parent.resolve("cowherd-guest-" + DEAD + "-2"), outside);
    try (GuestFolder folder = GuestFolder.make(parent)) {
      assertThat(folder.file("console").getParent()).isDirectory();
      assertThat(dead).doesNotExist();
      assertThat(alive).exists();
      assertThat(foreign).exists();
      assertThat(link).isSymbolicLink();
      assertThat(outside.resolve("console")).exists();
    }
  }

  @Test
  void allThatIsInAFolderGoesWithIt() throws IOException {
    GuestFolder folder = GuestFolder.make(parent);
    Files.writeString(folder.file("console"), "");
    Files.createDirectories(folder.file("more/of/it"));
    folder.close();
    folder.close();
    assertThat(parent).isEmptyDirectory();
  }

  private Path folder(String name) throws IOException {
    Path folder = Files.createDirectory(parent.resolve(name));
    Files.writeString(folder.resolve("console"), "");
    return folder;
  }
}
