package cowherd.kernel;

import cowherd.kernel.source.Suggest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the built-in kernels in their order, and what a release, a name or a range means. A
 * release of Linux without a file of its own has the rules of the newest release file before it.
 */
final class KernelIndex {
  private static final Pattern RELEASE = Pattern.compile("v?(\\d{1,3})\\.(\\d{1,4})");
  private static final Pattern STABLE = Pattern.compile("v?(\\d{1,3}\\.\\d{1,4})[.-].*");

  private final List<String> names;

  /** A release number. */
  private record Release(int major, int minor) implements Comparable<Release> {
    @Override
    public int compareTo(Release other) {
      return major != other.major
          ? Integer.compare(major, other.major)
          : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
      return "v" + major + "." + minor;
    }
  }

  KernelIndex(List<String> names) {
    this.names = List.copyOf(names);
  }

  List<String> names() {
    return names;
  }

  static boolean isRelease(String name) {
    return name.startsWith("v") && release(name).isPresent();
  }

  private static Optional<Release> release(String name) {
    Matcher matcher = RELEASE.matcher(name);
    return matcher.matches()
        ? Optional.of(
            new Release(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  List<String> releases() {
    return names.stream().filter(KernelIndex::isRelease).toList();
  }

  /** The built-in kernel that a name means. */
  KernelNames lookup(String name) {
    if (names.contains(name)) {
      return new KernelNames.Known(List.of(name));
    }
    Optional<Release> release = release(name);
    if (release.isPresent()) {
      return lookup(release.get());
    }
    Matcher stable = STABLE.matcher(name);
    if (stable.matches() && release(stable.group(1)).isPresent()) {
      String base = "v" + stable.group(1);
      List<String> near = names.stream().filter(n -> n.startsWith(base + "-")).toList();
      return new KernelNames.Unknown(
          "there is no kernel `" + name + "`: stable releases carry rules of later ones",
          "write `" + (near.isEmpty() ? base : near.getFirst()) + "`, by the rules that it has");
    }
    return new KernelNames.Unknown(
        "there is no kernel `" + name + "`",
        Suggest.closest(name, names)
            .map(n -> "did you mean `" + n + "`?")
            .orElse("the kernels are " + String.join(", ", names)));
  }

  private KernelNames lookup(Release wanted) {
    Optional<String> skipped = skipped(wanted);
    if (skipped.isPresent()) {
      return new KernelNames.Unknown("there is no Linux " + wanted, skipped.get());
    }
    List<String> notNewer =
        releases().stream().filter(n -> release(n).orElseThrow().compareTo(wanted) <= 0).toList();
    if (notNewer.isEmpty()) {
      String oldest = releases().getFirst();
      return new KernelNames.Unknown(
          "Linux " + wanted + " is older than every kernel here", "the oldest is " + oldest);
    }
    return new KernelNames.Known(List.of(notNewer.getLast()));
  }

  /** Releases that never were: 5.19 was followed by 6.0, and 6.19 by 7.0. */
  private static Optional<String> skipped(Release release) {
    boolean past = (release.major() == 5 || release.major() == 6) && release.minor() > 19;
    return past
        ? Optional.of(
            "v" + release.major() + ".19 was followed by v" + (release.major() + 1) + ".0")
        : Optional.empty();
  }

  /**
   * The kernels of a range, both ends included.
   *
   * @param to the last one, or empty: every release from {@code from} on
   */
  KernelNames expand(String from, String to) {
    KernelNames first = lookup(from);
    KernelNames last =
        to.isEmpty() ? new KernelNames.Known(List.of(releases().getLast())) : lookup(to);
    if (!(first instanceof KernelNames.Known(List<String> firstNames))) {
      return first;
    }
    if (!(last instanceof KernelNames.Known(List<String> lastNames))) {
      return last;
    }
    return expandKnown(from, to, firstNames.getFirst(), lastNames.getFirst());
  }

  private KernelNames expandKnown(String from, String to, String first, String last) {
    boolean releases = isRelease(first);
    if (releases != isRelease(last)) {
      return new KernelNames.Unknown(
          to.isEmpty()
              ? "`" + from + "` is no release: its range needs an end"
              : "a range is of releases or of proposals, not of both",
          to.isEmpty() ? "write `" + from + "` alone, or a range up to a proposal" : "");
    }
    int begin = names.indexOf(first);
    int end = names.indexOf(last);
    if (begin > end || newer(from, to)) {
      return new KernelNames.Unknown(
          "the range `" + from + ".." + to + "` is empty", "write `" + to + ".." + from + "`");
    }
    List<String> range = new ArrayList<>();
    for (String name : names.subList(begin, end + 1)) {
      if (isRelease(name) == releases) {
        range.add(name);
      }
    }
    return new KernelNames.Known(range);
  }

  /** Whether both are releases, perhaps of the same file, and the first is the newer one. */
  private static boolean newer(String first, String second) {
    Optional<Release> a = release(first);
    Optional<Release> b = release(second);
    return a.isPresent() && b.isPresent() && a.get().compareTo(b.get()) > 0;
  }
}
