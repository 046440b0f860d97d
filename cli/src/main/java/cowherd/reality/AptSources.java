package cowherd.reality;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The package sources that this machine has configured, in both of apt's formats (sources.list(5)),
 * as far as they tell where a mirror of Debian is and which keys sign it.
 */
final class AptSources {
  private static final Pattern ONE_LINE =
      Pattern.compile("deb\\s+(?:\\[(?<options>[^]]*)]\\s+)?(?<uri>\\S+)\\s+(?<suite>\\S+).*");

  /** Suites of Debian, by name or by age; other distributions have other ones. */
  private static final Pattern DEBIAN =
      Pattern.compile(
          "(?<base>buster|bullseye|bookworm|trixie|forky|duke|sid"
              + "|stable|testing|unstable|oldstable|oldoldstable)(?<rest>[-/].*)?");

  private static final String SIGNED_BY = "signed-by";
  private static final String SECURITY = "-security";
  private static final String SECURITY_OF_OLD = "/updates";

  private AptSources() {}

  /**
   * Where packages are.
   *
   * @param uri the mirror
   * @param suites what is taken from there
   * @param signedBy the keys, as the configuration writes them; empty: those that apt trusts
   */
  record Source(String uri, List<String> suites, String signedBy) {}

  /** The sources of a file in the format of one line each. */
  static List<Source> ofLines(String text) {
    List<Source> sources = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher matcher = ONE_LINE.matcher(line.strip());
      if (matcher.matches()) {
        String options = Optional.ofNullable(matcher.group("options")).orElse("");
        sources.add(
            new Source(
                matcher.group("uri"), List.of(matcher.group("suite")), signedByOption(options)));
      }
    }
    return sources;
  }

  private static String signedByOption(String options) {
    for (String option : options.split("\\s+")) {
      if (option.toLowerCase(Locale.ROOT).startsWith(SIGNED_BY + "=")) {
        return option.substring(SIGNED_BY.length() + 1);
      }
    }
    return "";
  }

  /** The sources of a file in the format of stanzas (deb822). */
  static List<Source> ofStanzas(String text) {
    List<Source> sources = new ArrayList<>();
    String uncommented = text.replaceAll("(?m)^#.*\\R?", "");
    for (String stanza : uncommented.split("\\R[ \\t]*\\R")) {
      Map<String, String> fields = fields(stanza);
      boolean enabled = !fields.getOrDefault("enabled", "yes").strip().equals("no");
      boolean packages = words(fields.getOrDefault("types", "")).contains("deb");
      if (enabled && packages) {
        List<String> suites = words(fields.getOrDefault("suites", ""));
        String signedBy = fields.getOrDefault(SIGNED_BY, "").stripTrailing();
        words(fields.getOrDefault("uris", ""))
            .forEach(uri -> sources.add(new Source(uri, suites, signedBy)));
      }
    }
    return sources;
  }

  /** Fields by name in lower case; a value keeps its continuation lines, which may be a key. */
  private static Map<String, String> fields(String stanza) {
    Map<String, String> fields = new LinkedHashMap<>();
    String name = "";
    for (String line : stanza.lines().toList()) {
      boolean continues = line.startsWith(" ") || line.startsWith("\t");
      int colon = line.indexOf(':');
      if (continues) {
        fields.merge(name, line, (before, more) -> before + "\n" + more);
      } else if (colon > 0) {
        name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        fields.put(name, line.substring(colon + 1).strip());
      }
    }
    return fields;
  }

  private static List<String> words(String value) {
    return value.isBlank() ? List.of() : List.of(value.strip().split("\\s+"));
  }

  /**
   * Sources of other suites on the mirrors that are configured.
   *
   * @param configured what this machine has
   * @param suites those that are wanted; those for which no mirror is known are left out
   */
  static List<Source> reach(List<Source> configured, List<String> suites) {
    List<Source> reached = new ArrayList<>();
    for (String suite : suites) {
      boolean security = isSecurity(suite);
      configured.stream()
          .filter(source -> source.suites().stream().anyMatch(s -> isDebian(s, security)))
          .findFirst()
          .map(source -> new Source(source.uri(), List.of(suite), source.signedBy()))
          .ifPresent(reached::add);
    }
    return reached;
  }

  private static boolean isDebian(String suite, boolean security) {
    return DEBIAN.matcher(suite).matches() && isSecurity(suite) == security;
  }

  private static boolean isSecurity(String suite) {
    return suite.endsWith(SECURITY) || suite.endsWith(SECURITY_OF_OLD);
  }

  /** A file of sources that has only these, in the format of stanzas. */
  static String write(List<Source> sources) {
    StringBuilder text = new StringBuilder();
    for (Source source : sources) {
      text.append("Types: deb\nURIs: ").append(source.uri());
      text.append("\nSuites: ").append(String.join(" ", source.suites()));
      text.append("\nComponents: main\n");
      text.append(source.signedBy().isEmpty() ? "" : "Signed-By: " + source.signedBy() + "\n");
      text.append('\n');
    }
    return text.toString();
  }
}
