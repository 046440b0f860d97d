package cowherd.litmus;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The words of the grammar. */
final class Words {
  /** Words that begin an item of a test. */
  static final List<String> ITEMS =
      List.of(
          "anon",
          "thp",
          "hugetlb",
          "secret",
          "device",
          "devzero",
          "memory",
          "file",
          "pipe",
          "pool",
          "background",
          "tolerates",
          "process",
          "kernel",
          "never",
          "always",
          "sometimes",
          "invariant",
          "allowed",
          "expect",
          "litmus");

  /** Words that begin a statement, calls and assignments aside. */
  static final List<String> STATEMENTS =
      List.of("if", "while", "loop", "repeat", "break", "thread", "assert");

  /** Kinds of memory, and the words that may stand before the name. */
  static final Map<String, List<String>> MEMORY_MODIFIERS =
      Map.of(
          "anon", List.of("shared"),
          "thp", List.of("pmd", "pte", "partial", "shared"),
          "hugetlb", List.of("shared", "gigantic"),
          "secret", List.of(),
          "device", List.of("private", "exclusive"),
          "devzero", List.of("shared"),
          "memory", List.of());

  /** What a file lives on; without a word, a disk file system. */
  static final List<String> FILE_MODIFIERS =
      List.of("ext4", "xfs", "btrfs", "memfd", "tmpfs", "hugetlbfs");

  /** Words that no name may be. */
  static final Set<String> RESERVED =
      Stream.concat(
              Stream.concat(ITEMS.stream(), STATEMENTS.stream()), Stream.of("else", "from", "for"))
          .collect(Collectors.toUnmodifiableSet());

  /** What to write instead of words that other languages have. */
  static final Map<String, String> FOREIGN =
      Map.of(
          "for", "write `repeat 3 {...}`, `while (...) {...}` or `loop {...}`",
          "do", "write `while (...) {...}` or `loop {...}`",
          "return", "a thread ends at its closing brace, a process with `exit();`",
          "goto", "write `while (...) {...}` or `loop {...}`",
          "continue", "put the rest of the loop into an `if`",
          "switch", "write `if (...) {...} else {...}`",
          "else", "an `else` follows the closing brace of an `if`",
          "int", "a variable is made by assigning to it: `r = x;`",
          "char", "a variable is made by assigning to it: `r = x;`",
          "void", "a variable is made by assigning to it: `r = x;`");

  private Words() {}
}
