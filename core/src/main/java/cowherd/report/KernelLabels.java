package cowherd.report;

import cowherd.kernel.KernelLibrary;
import cowherd.kernel.KernelNames;
import java.util.ArrayList;
import java.util.List;

/** Names several kernels shortly: {@code v5.9..v5.16, unshare-v1}, as {@code expect} would. */
final class KernelLabels {
  private static final int RANGE_MIN = 3;

  private final KernelLibrary library;

  KernelLabels(KernelLibrary library) {
    this.library = library;
  }

  /** The labels and ranges that name exactly these kernels. */
  List<String> of(List<KernelColumn> kernels) {
    List<String> labels = new ArrayList<>();
    int at = 0;
    while (at < kernels.size()) {
      int end = rangeEnd(kernels, at);
      labels.add(
          end == at + 1
              ? Lines.visible(kernels.get(at).label())
              : range(kernels.get(at).label(), kernels.get(end - 1).label()));
      at = end;
    }
    return labels;
  }

  /** The same in one line. */
  String line(List<KernelColumn> kernels) {
    return String.join(", ", of(kernels));
  }

  private String range(String first, String last) {
    return library.releases().getLast().equals(last) ? first + ".." : first + ".." + last;
  }

  /** The end of the longest range that begins at a kernel, or the next kernel. */
  private int rangeEnd(List<KernelColumn> kernels, int begin) {
    for (int end = kernels.size(); end > begin + 1; end--) {
      List<KernelColumn> part = kernels.subList(begin, end);
      boolean named = part.stream().allMatch(kernel -> kernel.label().equals(kernel.file()));
      if (named && isRange(part.stream().map(KernelColumn::label).toList())) {
        return end;
      }
    }
    return begin + 1;
  }

  private boolean isRange(List<String> names) {
    boolean toTheEnd = library.releases().getLast().equals(names.getLast());
    return (names.size() >= RANGE_MIN || names.size() == 2 && toTheEnd || sameSeries(names))
        && library.names().contains(names.getFirst())
        && library.names().contains(names.getLast())
        && library.expand(names.getFirst(), names.getLast()) instanceof KernelNames.Known known
        && known.names().equals(names);
  }

  /** Two proposals of one series, {@code peterx-v2..peterx-v3}: the range reads as what it is. */
  private static boolean sameSeries(List<String> names) {
    return names.stream().map(name -> name.replaceFirst("[0-9.]+$", "")).distinct().count() == 1;
  }
}
