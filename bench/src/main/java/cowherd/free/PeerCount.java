package cowherd.free;

import cowherd.explore.Options;
import java.util.Set;

/** Counts one row of {@code bench/peers} in Cowherd; a process of its own, so that it is measured whole. */
public final class PeerCount {
  private PeerCount() {}

  /** {@code PROCESSES THREADS PAGES REFERENCES FRAMES LEFT KERNEL SYMMETRY}. */
  public static void main(String[] a) throws Operations.Unknown, FreeProgram.Refused {
    PeerSpace row =
        new PeerSpace(
            Integer.parseInt(a[0]),
            Integer.parseInt(a[1]),
            Integer.parseInt(a[2]),
            Integer.parseInt(a[3]),
            Integer.parseInt(a[4]),
            a[5].equals("-") ? Set.of() : Set.of(a[5].split(",")),
            a[6],
            Options.Symmetry.valueOf(a[7]));
    FreeSpace space = row.space();
    PlainLevels.Count count =
        row.symmetry() == Options.Symmetry.ANY_FREE_FRAME
            ? PlainLevels.runFromAnyFrame(space, row.frames())
            : PlainLevels.run(space, row.symmetry() == Options.Symmetry.FRAMES);
    System.out.println(
        "states="
            + count.states()
            + " transitions="
            + count.transitions()
            + " levels="
            + count.levels()
            + " orbits="
            + count.orbits()
            + " bytes="
            + space.bytes()
            + " outofmodel="
            + space.outOfModel());
  }
}
