package cowherd.litmus;

import cowherd.operation.Instruction;
import java.util.List;
import java.util.Optional;

/** Finds the pages that a path names. */
final class PageResolver {
  /** Pages, or what is wrong. */
  sealed interface Result {}

  record Found(PageRange range) implements Result {}

  /** {@code isMemory}: the name stands for memory. */
  record Wrong(Span span, String message, String fix, boolean isMemory) implements Result {
    Wrong(Span span, String message, String fix) {
      this(span, message, fix, true);
    }
  }

  private final TestContext test;

  PageResolver(TestContext test) {
    this.test = test;
  }

  /** Whether the first part names memory. */
  boolean namesMemory(Tree.Path path) {
    return test.names.find(path.first().text(), Symbol.Memory.class).isPresent();
  }

  /** {@code x}, {@code big}, {@code big.1}, {@code x[1]}: pages of one process. */
  Result pages(Tree.Path path, int process) {
    Optional<Symbol.Memory> memory = test.names.find(path.first().text(), Symbol.Memory.class);
    if (memory.isEmpty()) {
      return noMemory(path.first());
    }
    Symbol.Memory region = memory.get();
    int count = test.source.range(region.name(), path.span(), region.pages());
    PageRange range = PageRange.of(process, region.firstPage(), count);
    if (path.parts().size() > 1) {
      Tree.Name number = path.parts().get(1);
      int index = pageIndex(number);
      if (index < 0 || index >= region.pages() || path.parts().size() > 2) {
        return new Wrong(path.parts().getLast().span(), noPage(region, path), pagesOf(region));
      }
      range = PageRange.of(process, region.firstPage() + index, 1);
    }
    return path.index().isEmpty() ? new Found(range) : word(range, path.index().get());
  }

  /** One page: as {@link #pages}, but not several; of memory of a kind, the first. */
  Result page(Tree.Path path, int process) {
    Result result = pages(path, process);
    if (result instanceof Found(PageRange range) && range.pages() > 1) {
      if (test.source.annex().memories().contains(path.first().text())) {
        return new Found(range.first());
      }
      return new Wrong(
          path.span(),
          "`" + path.text() + "` has " + range.pages() + " pages; one is meant here",
          "write `" + path.text() + ".0`");
    }
    return result;
  }

  /** {@code B.x} or {@code x}: one page of any process; without a process, of the given one. */
  Result pageOfAny(Tree.Path path, int process) {
    Optional<Symbol.ProcessName> owner =
        test.names.find(path.first().text(), Symbol.ProcessName.class);
    if (owner.isPresent() && path.parts().size() > 1) {
      Tree.Path rest =
          new Tree.Path(path.span(), path.parts().subList(1, path.parts().size()), path.index());
      return page(rest, owner.get().index());
    }
    if (process == Instruction.NONE && namesMemory(path)) {
      return test.processes.size() == 1
          ? page(path, 0)
          : new Wrong(
              path.span(),
              "`" + path.text() + "` of which process?",
              "write `" + test.processName(0) + "." + path.text() + "`");
    }
    return page(path, process);
  }

  private Result word(PageRange range, Tree.Expression index) {
    int word = index instanceof Tree.Number number ? smallNumber(number.text()) : -1;
    if (word < 0) {
      return new Wrong(index.span(), "a word is a number, 0 to " + (test.words - 1), "");
    }
    if (word >= test.words) {
      return new Wrong(
          index.span(),
          "pages of this test have " + (test.words == 1 ? "one word" : test.words + " words"),
          "declare the memory with `[" + Math.min(word + 1, Limits.WORDS_MAX) + "]`");
    }
    return new Found(range.withWord(word));
  }

  private static int pageIndex(Tree.Name name) {
    return smallNumber(name.text());
  }

  /** The value of a decimal number of few digits, or -1. */
  static int smallNumber(String text) {
    boolean small = !text.isEmpty() && text.length() <= 4;
    return small && text.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(text) : -1;
  }

  private static String noPage(Symbol.Memory region, Tree.Path path) {
    return "`" + region.name() + "` has no page `" + path.text() + "`";
  }

  private static String pagesOf(Symbol.Memory region) {
    return region.pages() == 1
        ? "it is one page: write `" + region.name() + "`; words are `" + region.name() + "[0]`"
        : "its pages are `"
            + region.name()
            + ".0` to `"
            + region.name()
            + "."
            + (region.pages() - 1)
            + "`";
  }

  private Wrong noMemory(Tree.Name name) {
    return test.names
        .find(name.text())
        .map(symbol ->
            new Wrong(
                name.span(),
                "`" + name.text() + "` is " + symbol.what() + ", not memory",
                "",
                false))
        .orElseGet(() ->
            new Wrong(
                name.span(),
                "there is no memory `" + name.text() + "`",
                memoryHint(name.text()),
                false));
  }

  private String memoryHint(String name) {
    List<String> known = test.names.names(Symbol.Memory.class);
    String question = Hints.didYouMean(name, known);
    return question.isEmpty()
        ? "declare it above the processes: `anon " + name + " = 1;`"
        : question;
  }
}
