package cowherd.machine;

import static org.assertj.core.api.Assertions.assertThat;

import cowherd.machine.Layout.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Renaming gives every state of an orbit the same name: the same things, made with other frames and
 * other swap entries, come out as the same bytes.
 */
class CanonicalTest {
  private static final int STATES = 2_000;
  private static final int NAMINGS = 6;
  private static final int FRAMES = 5;
  private static final int ENTRIES = FRAMES;

  private static final Shape SHAPE =
      new Shape(2, 3, 1, 2, 1, 2, 0, 0, 0, 0, 0, 1, 1 + FRAMES, ENTRIES, 1, false);

  private static final int FOLIO_PAGES = 2;
  private static final int FOLIOS = 2;
  private static final Shape LARGE_SHAPE =
      new Shape(2, 3, 1, 2, 1, 2, 0, 0, 0, 0, 0, 1, 1 + 8, 8, FOLIO_PAGES, false);

  @Test
  void theNamesOfFramesAndEntriesDoNotMatter() {
    for (long seed = 0; seed < STATES; seed++) {
      assertSameBytes(seed, false);
    }
  }

  @Test
  void theNamesDoNotMatterForPagesThatNobodyNamesInTheSwapCache() {
    for (long seed = 0; seed < STATES; seed++) {
      assertSameBytes(seed, true);
    }
  }

  @Test
  void theNamesOfThePagesOfFoliosDoNotMatter() {
    for (long seed = 0; seed < STATES; seed++) {
      State first = folios(seed, 0);
      Canonical canonical = new Canonical(first.layout());
      canonical.rename(first);
      assertThat(new Recount(first.layout()).check(first)).as("seed " + seed).isEmpty();
      for (int naming = 1; naming < NAMINGS; naming++) {
        State other = folios(seed, naming);
        canonical.rename(other);
        assertThat(other.bytes())
            .as("seed " + seed + ", naming " + naming)
            .isEqualTo(first.bytes());
      }
    }
  }

  /** Large folios that are mapped by PMD or PTE, held, in an LRU batch, or in the swap cache. */
  private static State folios(long seed, int naming) {
    State state = new State(new Layout(LARGE_SHAPE), 16);
    SplittableRandom what = new SplittableRandom(seed);
    SplittableRandom name = new SplittableRandom(naming);
    for (int i = 0; i < 1 + what.nextInt(FOLIOS); i++) {
      state.chooseFree(naming == 0 ? 0 : name.nextInt(1000));
      int folio = state.allocateFolio();
      for (int page = 0; page < FOLIO_PAGES; page++) {
        state.setWord(state.folioPage(folio, page), 0, what.nextInt(2), what.nextInt(1, 4));
      }
      boolean cached = what.nextInt(3) == 0;
      switch (what.nextInt(5)) {
        case 0 -> {
          int process = i % 2;
          int from = process == 0 ? 0 : 1;
          if ((state.pteBits(process, from) & State.KIND) == State.NONE) {
            state.setPte(process, from, folio, State.PRESENT | State.PMD);
            state.setPte(process, from + 1, state.folioPage(folio, 1), State.PRESENT | State.PMD);
            state.addPmdMapcount(folio, 1);
          } else {
            state.setThread(i % 2, State.FAULT_OLD, folio);
          }
        }
        case 1 -> {
          int page = state.folioPage(folio, what.nextInt(FOLIO_PAGES));
          state.setHandle(i % 2, page, State.LIVE | State.PIN, 0, 0);
          state.pinFrame(page);
          state.setThread(i % 2, State.FAULT_NEW, folio);
        }
        case 2 -> state.setThread(i % 2, State.HELD, state.folioPage(folio, 1));
        default -> state.setFrameFlag(state.folioPage(folio, 1), State.LRU, true);
      }
      if (cached && state.refcount(folio) > 0) {
        state.chooseFree(naming == 0 ? 0 : name.nextInt(1000));
        state.addFolioToSwapCache(folio);
      }
    }
    return state;
  }

  private static void assertSameBytes(long seed, boolean namelessInSwapCache) {
    State first = new Maker(seed, 0, namelessInSwapCache).state;
    Canonical canonical = new Canonical(first.layout());
    canonical.rename(first);
    byte[] expected = first.bytes().clone();
    canonical.rename(first);
    assertThat(first.bytes()).as("renamed twice, seed " + seed).isEqualTo(expected);
    for (int naming = 1; naming < NAMINGS; naming++) {
      State other = new Maker(seed, naming, namelessInSwapCache).state;
      canonical.rename(other);
      assertThat(other.bytes()).as("seed " + seed + ", naming " + naming).isEqualTo(expected);
    }
  }

  /** Makes the same state for the same seed, save for which free frames and entries it takes. */
  private static final class Maker {
    final State state = new State(new Layout(SHAPE), 16);
    private final SplittableRandom what;
    private final SplittableRandom name;
    private final boolean namelessInSwapCache;
    private int freeFrames = FRAMES;
    private int freeEntries = ENTRIES;

    Maker(long seed, int naming, boolean namelessInSwapCache) {
      this.what = new SplittableRandom(seed);
      this.name = new SplittableRandom(naming);
      this.namelessInSwapCache = namelessInSwapCache;
      int pages = 1 + what.nextInt(FRAMES);
      for (int i = 0; i < pages; i++) {
        make(i);
      }
    }

    private void make(int i) {
      state.chooseFree(name.nextInt(freeFrames--));
      int frame = state.allocateFrame();
      state.setWord(frame, 0, what.nextInt(2), what.nextInt(1, 4));
      int kind = what.nextInt(6);
      boolean cached = what.nextInt(3) == 0;
      switch (kind) {
        case 0, 1 -> state.setPte(i % 2, i / 2, frame, State.PRESENT);
        case 2 -> state.setHandle(i % 2, frame, State.LIVE, 0, 0);
        case 3 -> state.setThread(i % 2, State.HELD, frame);
        case 4 -> {
          state.setFrameFlag(frame, State.LRU, true);
          cached &= namelessInSwapCache;
        }
        default -> {
          int entry = cache(frame);
          state.addEntryCount(entry, 1);
          state.setPte(i % 2, i / 2, entry, State.SWAP);
          cached = false;
        }
      }
      if (cached) {
        cache(frame);
      }
    }

    private int cache(int frame) {
      state.chooseFree(name.nextInt(freeEntries--));
      return state.addToSwapCache(frame);
    }
  }
}
