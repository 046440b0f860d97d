package cowherd.litmus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The names of a test, apart from variables of processes. */
final class Names {
  private final Problems problems;
  private final Map<String, Symbol> symbols = new LinkedHashMap<>();

  Names(Problems problems) {
    this.problems = problems;
  }

  Optional<Symbol> find(String name) {
    return Optional.ofNullable(symbols.get(name));
  }

  /** The symbol of a name when it is of that type. */
  <T extends Symbol> Optional<T> find(String name, Class<T> type) {
    return find(name).filter(type::isInstance).map(type::cast);
  }

  /** Gives a name its meaning; a second meaning is a mistake. */
  void declare(Tree.Name name, Symbol symbol) {
    Symbol other = symbols.putIfAbsent(name.text(), symbol);
    if (other != null) {
      problems.error(
          name.span(),
          "`" + name.text() + "` is declared twice: it is " + other.what(),
          "take another name");
    } else if (Constants.of(name.text()).isPresent()) {
      problems.error(name.span(), "`" + name.text() + "` is a constant", "take another name");
    }
  }

  /** The names of one type. */
  List<String> names(Class<? extends Symbol> type) {
    List<String> names = new ArrayList<>();
    symbols.forEach((name, symbol) -> {
      if (type.isInstance(symbol)) {
        names.add(name);
      }
    });
    return names;
  }

  List<String> names() {
    return List.copyOf(symbols.keySet());
  }

  /** {@code did you mean `x`?} among names of one type. */
  String suggest(String name, Class<? extends Symbol> type) {
    return Hints.didYouMean(name, names(type));
  }
}
