package cowherd.litmus;

import cowherd.operation.PropertyName;
import cowherd.operation.Value;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The tables of the language reference, from the code. */
final class Reference {
  /** A table and its name in the page. */
  record Table(String name, String markdown) {}

  private Reference() {}

  static List<Table> tables() {
    return List.of(
        new Table("kinds", kinds()),
        new Table("operations", operations()),
        new Table("flags", flags()),
        new Table("values", values()),
        new Table("properties", properties()),
        new Table("limits", limits()));
  }

  private static String kinds() {
    StringBuilder out = new StringBuilder("| kind | memory |\n|---|---|\n");
    MemoryKinds.all().values().forEach(kind -> row(out, "`" + kind.name() + "`", kind.meaning()));
    return out.toString();
  }

  private static String operations() {
    StringBuilder out = new StringBuilder("| call | does | executed |\n|---|---|---|\n");
    for (Operation operation : OperationTable.all()) {
      String support =
          switch (operation.support()) {
            case Operation.Modelled _ -> "yes";
            case Operation.OutOfModel(String why) -> "no: " + why;
          };
      row(out, "`" + operation.signature().replace("|", "\\|") + "`", operation.meaning(), support);
    }
    return out.toString();
  }

  private static String flags() {
    StringBuilder out =
        new StringBuilder("| flags | executed | read, but out of the model |\n|---|---|---|\n");
    for (Constants.Family family : Constants.Family.values()) {
      List<Constants.Constant> all =
          Constants.all().stream().filter(c -> c.family() == family).toList();
      String executed =
          all.stream()
              .filter(c -> c.outOfModel().isEmpty())
              .map(c -> "`" + c.name() + "`")
              .collect(Collectors.joining(" "));
      String other =
          all.stream()
              .filter(c -> !c.outOfModel().isEmpty())
              .collect(
                  Collectors.groupingBy(
                      Constants.Constant::outOfModel,
                      java.util.LinkedHashMap::new,
                      Collectors.mapping(c -> "`" + c.name() + "`", Collectors.joining(" "))))
              .entrySet()
              .stream()
              .map(e -> e.getValue() + " (" + e.getKey() + ")")
              .collect(Collectors.joining("; "));
      boolean flags =
          OperationTable.all().stream()
              .flatMap(o -> o.parameters().stream())
              .anyMatch(p -> p.kind() == Parameter.Kind.FLAGS && p.family() == family);
      if (flags) {
        row(out, family.meaning(), executed, other);
      }
    }
    return out.toString();
  }

  private static String values() {
    StringBuilder out = new StringBuilder("| value | written |\n|---|---|\n");
    row(out, "numbers", "0 to " + Value.MAX + ", decimal or hexadecimal (`0x10`)");
    row(out, "errors", names(Constants.Family.ERRNO, "-"));
    row(out, "signals and events", names(Constants.Family.VALUE, ""));
    row(out, "bits of `e.flags`", names(Constants.Family.BITS, ""));
    return out.toString();
  }

  private static String names(Constants.Family family, String prefix) {
    return Constants.names(family).stream()
        .map(name -> "`" + prefix + name + "`")
        .collect(Collectors.joining(" "));
  }

  private static String properties() {
    StringBuilder out = new StringBuilder("| property | holds when |\n|---|---|\n");
    for (PropertyName property : PropertyName.values()) {
      row(out, "`" + property.word() + "`", property.meaning());
    }
    return out.toString();
  }

  private static String limits() {
    StringBuilder out = new StringBuilder("| limit | |\n|---|---|\n");
    for (Field field : Limits.class.getFields()) {
      String name =
          field.getName().replace("_MAX", "").replace('_', ' ').toLowerCase(java.util.Locale.ROOT);
      try {
        row(out, name, String.valueOf(field.getInt(null)));
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e);
      }
    }
    return out.toString();
  }

  private static void row(StringBuilder out, String... cells) {
    out.append(Arrays.stream(cells).collect(Collectors.joining(" | ", "| ", " |\n")));
  }
}
