package cowherd.free;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sets of calls in the resource {@code cowherd/free/operations.sets}. */
public final class OperationSets {
  private static final String RESOURCE = "operations.sets";
  private static final String SET = "set ";
  private static final String ALIKE = "alike ";
  private static final String TEXT = resource();
  private static final List<OperationSet> ALL = parse(TEXT);
  private static final Map<String, String> SAME = alike(TEXT);

  private OperationSets() {}

  /** All sets, in the order of the resource. */
  public static List<OperationSet> all() {
    return ALL;
  }

  static Optional<OperationSet> named(String name) {
    return ALL.stream().filter(set -> set.name().equals(name)).findFirst();
  }

  private static String resource() {
    try (InputStream in = OperationSets.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("OperationSets.read: no resource " + RESOURCE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The statement that stands for all that are alike. */
  static String representative(String statement) {
    String result = statement;
    for (Map.Entry<String, String> same : SAME.entrySet()) {
      result = result.replace(same.getKey(), same.getValue());
    }
    return result;
  }

  private static Map<String, String> alike(String text) {
    Map<String, String> same = new LinkedHashMap<>();
    for (String line : text.split("\n", -1)) {
      int equals = line.indexOf(" = ");
      if (line.startsWith(ALIKE) && equals > 0) {
        same.put(line.substring(ALIKE.length(), equals), line.substring(equals + 3).strip());
      }
    }
    return same;
  }

  private static List<OperationSet> parse(String text) {
    List<OperationSet> sets = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    String header = "";
    for (String raw : text.split("\n", -1)) {
      String line = raw.strip();
      if (line.startsWith(SET)) {
        finish(header, lines, sets);
        header = line.substring(SET.length());
        lines = new ArrayList<>();
      } else if (!line.isEmpty() && !line.startsWith("#") && !line.startsWith(ALIKE)) {
        lines.add(line);
      }
    }
    finish(header, lines, sets);
    return List.copyOf(sets);
  }

  private static void finish(String header, List<String> lines, List<OperationSet> sets) {
    int quote = header.indexOf('"');
    if (quote > 0) {
      String meaning = header.substring(quote + 1, header.lastIndexOf('"'));
      sets.add(new OperationSet(header.substring(0, quote).strip(), meaning, lines));
    }
  }
}
