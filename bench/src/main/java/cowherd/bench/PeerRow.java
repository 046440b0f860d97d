package cowherd.bench;

import cowherd.explore.Options.Symmetry;
import cowherd.free.PeerSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * A row of {@code bench/peers/rows}: one state space, as Cowherd, Spin and TLC are told of it.
 *
 * @param name its name
 * @param words the configuration as {@link PeerSpace#parse} reads it, but for the symmetry
 * @param anyFrame whether an allocation takes any free frame; otherwise the lowest
 */
record PeerRow(String name, List<String> words, boolean anyFrame) {
  private static final int FIELDS = 9;
  private static final String MAPCOUNT_KERNEL = "v5.7";
  private static final String REFCOUNT_KERNEL = "v5.9";
  private static final List<String> PARAMETERS = List.of("N", "T", "V", "K", "F");

  PeerRow {
    words = List.copyOf(words);
    if (!Set.of(MAPCOUNT_KERNEL, REFCOUNT_KERNEL).contains(kernel(words))) {
      throw new IllegalArgumentException("PeerRow: the twins know v5.7 and v5.9 only: " + words);
    }
  }

  /** Reads all rows of a file. */
  static List<PeerRow> read(Path file) throws IOException {
    List<PeerRow> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      List<String> fields = List.of(line.strip().split(" +"));
      if (line.startsWith("#") || line.isBlank()) {
        continue;
      }
      if (fields.size() != FIELDS) {
        throw new IOException(file + ": not " + FIELDS + " fields: " + line);
      }
      List<String> words = fields.subList(1, FIELDS - 1);
      rows.add(new PeerRow(fields.getFirst(), words, fields.getLast().equals("any")));
    }
    return rows;
  }

  private static String kernel(List<String> words) {
    return words.getLast();
  }

  int frames() {
    return Integer.parseInt(words.get(PARAMETERS.indexOf("F")));
  }

  /** Initial states: where the first page may be. */
  int initialStates() {
    return anyFrame ? frames() : 1;
  }

  /** What Cowherd is told. */
  List<String> cowherd(Symmetry symmetry) {
    List<String> arguments = new ArrayList<>(words);
    arguments.add(symmetry.name());
    return arguments;
  }

  private boolean has(String call) {
    List<String> without = List.of(words.get(PARAMETERS.size()).split(","));
    return !without.contains(call);
  }

  private boolean mapcount() {
    return kernel(words).equals(MAPCOUNT_KERNEL);
  }

  /** What Spin is told. */
  List<String> spin() {
    List<String> defines = new ArrayList<>();
    for (int i = 0; i < PARAMETERS.size(); i++) {
      defines.add("-D" + PARAMETERS.get(i) + "=" + words.get(i));
    }
    defines.addAll(has("munmap") ? List.of() : List.of("-DNO_MUNMAP"));
    defines.addAll(has("exit") ? List.of() : List.of("-DNO_EXIT"));
    defines.addAll(mapcount() ? List.of("-DMAPCOUNT") : List.of());
    defines.addAll(anyFrame ? List.of("-DANY") : List.of());
    return Collections.unmodifiableList(defines);
  }

  /** What TLC is told: the text of its configuration file. */
  String tlc() {
    StringBuilder out = new StringBuilder("SPECIFICATION Spec\nCHECK_DEADLOCK FALSE\nCONSTANTS\n");
    for (int i = 0; i < PARAMETERS.size(); i++) {
      out.append("  " + PARAMETERS.get(i) + " = " + words.get(i) + "\n");
    }
    constant(out, "Munmap", has("munmap"));
    constant(out, "Exit", has("exit"));
    constant(out, "Mapcount", mapcount());
    constant(out, "Any", anyFrame);
    return out.toString();
  }

  private static void constant(StringBuilder out, String name, boolean value) {
    out.append("  " + name + " = " + (value ? "TRUE" : "FALSE") + "\n");
  }

  /** The configuration in words. */
  String text() {
    return "N=%s T=%s V=%s K=%s F=%s, without %s, %s, %s free frame"
        .formatted(
            words.get(0),
            words.get(1),
            words.get(2),
            words.get(3),
            words.get(4),
            words.get(5),
            words.get(6),
            anyFrame ? "any" : "lowest");
  }
}
