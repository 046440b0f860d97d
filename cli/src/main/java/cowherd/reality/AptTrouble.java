package cowherd.reality;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What apt complained about, told for a user.
 *
 * @param what apt's own lines that say it, or empty
 * @param advice what to do
 */
record AptTrouble(String what, String advice) {
  private static final int LINES_MAX = 3;
  private static final String WARNING = "W:";
  private static final String NETWORK = "is the network there?";

  /**
   * A kind of trouble.
   *
   * @param sign how apt's line about it looks
   * @param meaning what it says, or empty
   * @param advice what to do
   */
  private record Kind(Pattern sign, String meaning, String advice) {}

  /** In this order: a failed signature also says that the suite has no Release file, and so on. */
  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              Pattern.compile("(?i)not valid yet"),
              "the clock of this machine is behind that of the mirror",
              "set the clock"),
          new Kind(
              Pattern.compile(
                  "NO_PUBKEY|EXPKEYSIG|KEYEXPIRED|REVKEYSIG|BADSIG|NODATA|GPG error"
                      + "|OpenPGP signature|(?i)signatures? (?:couldn't|could not) be verified"
                      + "|is not signed|Sub-process \\S*(?:sqv|gpgv)"),
              "apt does not trust the signature",
              "the network is there, but the keys are missing or old: install Debian's current keys"
                  + " (apt-get install debian-archive-keyring), or name them with Signed-By in apt's"
                  + " sources"),
          new Kind(
              Pattern.compile("(?i)certificate (?:verification|verify)|certificate is NOT trusted"),
              "the mirror's certificate is not trusted",
              "install ca-certificates, or take a mirror whose certificate is known"),
          new Kind(
              Pattern.compile("(?i)no space left|enough free space"),
              "the disk is full",
              "make room in the cache's folder, or set XDG_CACHE_HOME to another"),
          new Kind(
              Pattern.compile("\\b404\\b|does not have a Release file"),
              "the mirror does not have it",
              "it may be behind, or has no such suite: take another mirror in apt's sources"),
          new Kind(
              Pattern.compile("Unable to locate package"),
              "the lists of packages do not have it",
              "does the configured mirror have the suite?"));

  /** Reads what apt printed to its standard error. */
  static AptTrouble of(String errors) {
    for (Kind kind : KINDS) {
      List<String> lines =
          errors.lines().filter(line -> kind.sign().matcher(line).find()).distinct().toList();
      if (!lines.isEmpty()) {
        return new AptTrouble(kind.meaning() + told(lines), kind.advice());
      }
    }
    List<String> lines = errors.lines().filter(line -> !line.startsWith(WARNING)).toList();
    return new AptTrouble(told(lines).replaceFirst("^: ", ""), NETWORK);
  }

  private static String told(List<String> lines) {
    return lines.isEmpty()
        ? ""
        : ": " + String.join("; ", lines.stream().limit(LINES_MAX).toList());
  }
}
