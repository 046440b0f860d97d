package cowherd.reality;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A package of Debian with a kernel image.
 *
 * @param name of the package
 * @param release what the kernel calls itself
 */
record KernelPackage(String name, String release) {
  private static final Pattern NAME =
      Pattern.compile("linux-(?:image|binary)-(\\d+\\.\\d+\\S*?-(?:cloud-)?amd64)");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final String FOR_VIRTUAL_MACHINES = "-cloud-amd64";
  private static final String REAL_TIME = "-rt-";

  /**
   * The best package of a series: one for virtual machines before one for all, a newer one before
   * an older one, and the one with the image before the one that only depends on it.
   *
   * @param names of packages
   * @param series as in 6.1, or empty for any
   */
  static Optional<KernelPackage> best(List<String> names, String series) {
    return all(names).stream()
        .filter(found -> series.isEmpty() || found.release().startsWith(series + "."))
        .filter(found -> !found.release().contains(REAL_TIME))
        .max(
            Comparator.comparing(KernelPackage::isForVirtualMachines)
                .thenComparing(KernelPackage::release, KernelPackage::compareReleases)
                .thenComparing(KernelPackage::hasImage));
  }

  /** A package by its name, as {@code linux-image-6.12.90+deb13-cloud-amd64}. */
  static Optional<KernelPackage> of(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(new KernelPackage(name, matcher.group(1)))
        : Optional.empty();
  }

  /** All packages of kernels, the newest first. */
  static List<KernelPackage> all(List<String> names) {
    return names.stream()
        .flatMap(name -> of(name).stream())
        .sorted(
            Comparator.comparing(KernelPackage::release, KernelPackage::compareReleases).reversed())
        .toList();
  }

  /** The one of a release that has the image. */
  static Optional<KernelPackage> exactly(List<String> names, String release) {
    return all(names).stream()
        .filter(found -> found.release().equals(release))
        .max(Comparator.comparing(KernelPackage::hasImage));
  }

  private boolean isForVirtualMachines() {
    return release.endsWith(FOR_VIRTUAL_MACHINES);
  }

  private boolean hasImage() {
    return name.startsWith("linux-binary-");
  }

  /** The order of age: numbers are compared as numbers. */
  static int compareReleases(String one, String other) {
    List<Long> left = numbers(one);
    List<Long> right = numbers(other);
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      int order = left.get(i).compareTo(right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  private static List<Long> numbers(String release) {
    String withoutFlavour = release.replaceFirst("-(cloud-)?amd64$", "");
    return NUMBER
        .matcher(withoutFlavour)
        .results()
        .map(result -> Long.parseLong(result.group()))
        .toList();
  }
}
