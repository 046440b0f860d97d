package cowherd.operation;

/**
 * A compiled expression: over registers in a program, over registers and final memory in a
 * condition. A comparison with a value that was never set is false, whatever the comparison.
 */
public sealed interface Expr {
  /** A constant; errno names are negative in the source and codes of {@link Value} here. */
  record Constant(int value) implements Expr {}

  /** A register, by its index in {@link Program#registers()}. */
  record Register(int index) implements Expr {}

  /**
   * The content that a process would load from its page, without faulting: of the mapped page, the
   * swap slot, or zero when nothing is mapped; never set when the page has no VMA.
   *
   * @param word a word, or -1: all words, and a comparison must hold for each
   */
  record PageWord(int process, int page, int word) implements Expr {}

  /** The content of a file. */
  record FileWord(int file, int word) implements Expr {}

  /** An observation of one page of one process, or two, as in {@link Observation}. */
  record Observe(Observation what, int process, int page, int otherProcess, int otherPage)
      implements Expr {}

  /** A comparison or a logical or arithmetic connection. */
  record Binary(Operator operator, Expr left, Expr right) implements Expr {}

  /** Logical negation. */
  record Not(Expr operand) implements Expr {}

  /** How many pages of the hugetlb pool are not in use, of a pool of so many. */
  record FreeHugePages(int pool) implements Expr {}

  /** The binary operators. */
  enum Operator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    AND,
    OR,
    ADD,
    SUBTRACT,
    BIT_AND,
    BIT_OR
  }

  /** What can be observed of a page (pagemap and kpageflags on a real kernel). */
  enum Observation {
    /** a page is mapped */
    PRESENT,
    /** a swap entry is mapped */
    SWAPPED,
    /** the PTE (or swap PTE) has the uffd-wp bit */
    UFFD_WP,
    /** the soft-dirty bit of the PTE (or swap PTE), or a VMA that is not tracked yet */
    SOFT_DIRTY,
    /** a page of a file, or of shared anonymous memory, is mapped */
    FILE_PAGE,
    /** a guard marker */
    GUARD,
    /** the PTE has the write bit (model only) */
    WRITABLE,
    /** the page is mapped once */
    EXCLUSIVELY_MAPPED,
    /** PG_anon_exclusive (model only) */
    ANON_EXCLUSIVE,
    /** the page belongs to a folio of order above 0 (model only) */
    LARGE_FOLIO,
    /** two virtual pages have the same PFN */
    SAME_PAGE,
    /** the zero page is mapped */
    ZERO_PAGE,
    /** the page is mapped by a PMD */
    PMD_MAPPED,
    /** a swap entry is mapped, and its page is in the swap cache */
    SWAP_CACHED,
    /** a KSM page is mapped */
    KSM_PAGE
  }
}
