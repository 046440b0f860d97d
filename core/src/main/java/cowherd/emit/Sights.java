package cowherd.emit;

import static cowherd.machine.State.*;

import cowherd.emit.Sighting.Mapped;
import cowherd.machine.State;
import cowherd.operation.Machine;
import cowherd.operation.Program;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the outside would see of a state of the model, in the words of the runner. A flag in
 * capitals is one that pagemap tells in another sense than the model, so that it is not compared.
 */
final class Sights {
  private final Program program;
  private final Machine machine;
  private final State s;
  private final RunnerText numbers;

  Sights(Machine machine, RunnerText numbers) {
    this.machine = machine;
    this.program = machine.program();
    this.s = machine.state();
    this.numbers = numbers;
  }

  /**
   * Of the state that the machine is in.
   *
   * @param moved pages, process by process, that were mapped to another frame before the last call
   */
  Sighting look(BitSet moved) {
    List<Integer> registers = new ArrayList<>();
    for (int r = 0; r < program.registers().size(); r++) {
      registers.add(s.register(r));
    }
    StringBuilder threads = new StringBuilder();
    for (int t = 0; t < program.threads().size(); t++) {
      threads.append(!machine.running(t) ? 'e' : machine.betweenCalls(t) ? 'i' : 'b');
    }
    TreeMap<String, Mapped> pages = new TreeMap<>();
    Map<Integer, Integer> known = new HashMap<>();
    for (int p = 0; p < program.processes().size(); p++) {
      if (s.life(p) != ALIVE) {
        continue;
      }
      for (int v = 0; v < program.pages(); v++) {
        String name = program.processes().get(p).name() + "." + program.pageName(v);
        pages.put(name, mapped(p, v, known, moved.get(p * program.pages() + v)));
      }
    }
    return new Sighting(registers, threads.toString(), pages);
  }

  private Mapped mapped(int p, int v, Map<Integer, Integer> known, boolean moved) {
    int bits = s.pteBits(p, v);
    int kind = bits & KIND;
    String wp = s.uffdWp(p, v) ? "w" : "";
    if (kind == PRESENT) {
      int frame = s.pteTarget(p, v);
      return new Mapped('p', number(frame, known), flags(frame, v) + wp + copied(v, moved));
    }
    if (kind == SWAP && !isMigration(bits)) {
      return new Mapped('s', number(-1 - s.pteTarget(p, v), known), wp);
    }
    return new Mapped('-', "", wp);
  }

  /** Whether a kernel copies a page may depend on how many pages of its folio are still mapped. */
  private String copied(int page, boolean moved) {
    return numbers.isRest(page) ? "C" : moved ? "c" : "";
  }

  private static String number(int key, Map<Integer, Integer> known) {
    int next = known.size();
    return String.valueOf(known.computeIfAbsent(key, _ -> next));
  }

  private String flags(int frame, int page) {
    if (frame == ZERO_FRAME) {
      return numbers.isBase(page) ? "z" : "zXF";
    }
    if (frame >= STALE) {
      return "XFZKA";
    }
    StringBuilder flags = new StringBuilder();
    boolean anon = s.frameFlag(frame, ANON);
    if (!numbers.isBase(page)) {
      flags.append("XA");
    } else {
      flags.append(s.mapcount(frame) == 1 ? "x" : "");
      flags.append(anon && s.frameFlag(frame, EXCLUSIVE) ? "a" : "");
    }
    flags.append(s.frameFlag(frame, FILE) ? "f" : "");
    return flags.append(s.frameFlag(frame, KSM) ? "k" : "").toString();
  }
}
