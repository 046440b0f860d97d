package cowherd.cli;

import cowherd.kernel.Kernel;
import cowherd.kernel.KernelLibrary;
import cowherd.kernel.KernelNames;
import cowherd.kernel.Resolution;
import cowherd.kernel.source.Diagnostics;
import cowherd.report.KernelColumn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the kernels that a user names: by name, release, range or path. */
final class KernelChoice {
  private static final KernelLibrary LIBRARY = KernelLibrary.builtIn();
  private static final String ALL = "all";
  private static final String RELEASES = "releases";
  private static final String TO = "..";

  private KernelChoice() {}

  /** All built-in kernels: the releases, then the others; each group is in the order of time. */
  static List<KernelColumn> all() {
    List<String> names = new ArrayList<>(LIBRARY.releases());
    LIBRARY.names().stream().filter(name -> !names.contains(name)).forEach(names::add);
    return names.stream().map(KernelChoice::builtIn).toList();
  }

  private static KernelColumn builtIn(String name) {
    return new KernelColumn(name, LIBRARY.get(name), name, "");
  }

  /**
   * The kernels that a user names, each once.
   *
   * @param choices the parts of {@code --kernel}; all when empty
   */
  static List<KernelColumn> of(List<String> choices) {
    if (choices.isEmpty()) {
      return all();
    }
    Map<String, KernelColumn> columns = new LinkedHashMap<>();
    for (String choice : choices) {
      for (KernelColumn column : part(choice.strip())) {
        add(columns, column);
      }
    }
    return List.copyOf(columns.values());
  }

  /** A user's kernel may have the name of a built-in one: then it goes by its path. */
  private static void add(Map<String, KernelColumn> columns, KernelColumn column) {
    KernelColumn other = columns.putIfAbsent(column.label(), column);
    if (other != null && !other.file().equals(column.file())) {
      KernelColumn byPath =
          new KernelColumn(column.file(), column.kernel(), column.file(), column.note());
      columns.putIfAbsent(byPath.label(), byPath);
    }
  }

  private static List<KernelColumn> part(String choice) {
    if (choice.equals(ALL)) {
      return all();
    }
    if (choice.equals(RELEASES)) {
      return LIBRARY.releases().stream().map(KernelChoice::builtIn).toList();
    }
    int to = choice.indexOf(TO);
    return to > 0 && !KernelLibrary.isPath(choice)
        ? range(choice.substring(0, to), choice.substring(to + TO.length()))
        : List.of(one(choice));
  }

  private static List<KernelColumn> range(String first, String last) {
    return switch (LIBRARY.expand(first, last)) {
      case KernelNames.Known(List<String> names) ->
          names.stream().map(KernelChoice::builtIn).toList();
      case KernelNames.Unknown(String message, String fix) -> throw new UserError(message, fix);
    };
  }

  /** Exactly one kernel. */
  static KernelColumn one(String choice) {
    if (choice.isEmpty()) {
      throw new UserError("a kernel has no name", "`cowherd kernels` lists them");
    }
    boolean isPath = KernelLibrary.isPath(choice);
    if (isPath && Files.notExists(Path.of(choice))) {
      throw new UserError(
          "there is no kernel file `" + choice + "`",
          "`cowherd kernels show v5.9 > my.kernel` makes one to change");
    }
    return switch (LIBRARY.resolve(choice)) {
      case Resolution.Found(Kernel kernel, String file, String note) ->
          new KernelColumn(label(choice, kernel, isPath), kernel, isPath ? choice : file, note);
      case Resolution.Failed(Diagnostics diagnostics) -> throw new Mistakes(diagnostics.render());
    };
  }

  private static String label(String choice, Kernel kernel, boolean path) {
    boolean taken = LIBRARY.names().contains(kernel.name());
    return path && !taken ? kernel.name() : choice;
  }

  /** Names of kernels that are not in the library: tests may name them too. */
  static Set<String> others(List<KernelColumn> columns) {
    return columns.stream()
        .map(column -> column.kernel().name())
        .filter(name -> !LIBRARY.names().contains(name))
        .collect(Collectors.toUnmodifiableSet());
  }
}
