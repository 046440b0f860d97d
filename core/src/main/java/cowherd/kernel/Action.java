package cowherd.kernel;

/**
 * What a rule makes the mechanism do. A terminal action ends the evaluation of its decision; a
 * continuing action takes effect and the evaluation goes on with the next rule.
 */
public enum Action {
  AS_ASKED("as-asked", true, "the request keeps its flags"),
  AS_WRITE("as-write", true, "the request runs with FOLL_WRITE"),
  BREAK_COW("break-cow", true, "the request runs with FOLL_BREAK_COW"),
  GO("go", true, "go on"),
  SLOW("slow", true, "stop; the slow path takes over unless the caller is fast-only"),
  TAKE("take", true, "take the page as it is mapped"),
  FAULT("fault", true, "leave the page alone and run a fault first"),
  UNSHARE("unshare", true, "run a fault with FAULT_FLAG_UNSHARE first"),
  KEEP("keep", true, "keep the reference"),
  UNDO("undo", true, "drop the reference again and leave the fast path"),
  MISSING_EVENT("missing-event", true, "deliver a userfaultfd MISSING event"),
  MINOR_EVENT("minor-event", true, "deliver a userfaultfd MINOR event"),
  FILE_PAGE("file-page", true, "map the page of the page cache, or a private copy of it"),
  ZERO_PAGE("zero-page", true, "map the shared zero page read-only"),
  FRESH_PAGE("fresh-page", true, "map a new zero-filled page"),
  EVENT("event", true, "deliver a userfaultfd write-protect event"),
  REUSE("reuse", true, "take the page over without a copy"),
  COPY("copy", true, "copy the page"),
  NOTHING("nothing", true, "leave everything as it is"),
  SPLIT("split", true, "split the PMD and go on with the PTE"),
  SLEEP("sleep", true, "sleep for the page lock, then decide again"),
  DROP_SWAPCACHE(
      "drop-swapcache", false, "remove the page from the swap cache if no entry needs it"),
  FLUSH_TLB("flush-tlb", false, "flush the translations of the page that TLBs may still have"),
  DRAIN_LRU("drain-lru", false, "drain this CPU's LRU batch, and with it its reference"),
  CLEAR_UFFD_WP("clear-uffd-wp", false, "clear the uffd-wp bit"),
  SET_WRITABLE("set-writable", false, "set the write bit of the PTE"),
  SET_DIRTY("set-dirty", false, "set the dirty bit of the PTE"),
  INSTALL_MARKER("install-marker", false, "put a uffd-wp marker into the page table"),
  KEEP_UFFD_WP("keep-uffd-wp", false, "carry the uffd-wp bit over"),
  KEEP_SOFT_DIRTY("keep-soft-dirty", false, "carry the soft-dirty bit over"),
  SET_EXCLUSIVE("set-exclusive", false, "set PG_anon_exclusive"),
  CLEAR_EXCLUSIVE("clear-exclusive", false, "clear PG_anon_exclusive (or its bit in a swap entry)"),
  CARRY_EXCLUSIVE(
      "carry-exclusive", false, "move PG_anon_exclusive into the swap or migration entry"),
  PREPARE_ANON_VMA(
      "prepare-anon-vma",
      false,
      "the mapping gets an anon_vma: from now on fork copies its page table"),
  FREE_ENTRY("free-entry", false, "give this PTE's share of the swap entry back"),
  MAP_WRITABLE("map-writable", false, "map the page writable (unless uffd-wp)"),
  MAP_EXCLUSIVE("map-exclusive", false, "map the page exclusive"),
  LOCK_OUT_FAULTS(
      "lock-out-faults", false, "no fault of the mapping runs until the page is back in the pool"),
  RESTORE_RESERVATION(
      "restore-reservation", false, "the owner's reservation comes back with the page"),
  SHARE("share", true, "share the page with the child, write-protected in both"),
  PROTECT(
      "protect",
      true,
      "clear the PTE and flush; what refers to the page is looked at before it is back"),
  WRITE_FAULT("write-fault", true, "run a write fault"),
  SKIP("skip", true, "leave the page alone"),
  READ_LOCK("read-lock", true, "hold mmap_lock for reading"),
  WRITE_LOCK("write-lock", true, "hold mmap_lock for writing"),
  CLEAR_SOFT_DIRTY("clear-soft-dirty", true, "clear the soft-dirty bit and write-protect the page"),
  DISCARD("discard", true, "drop the page: the PTE stays empty"),
  UNMAP("unmap", true, "replace the PTE by a swap or migration entry"),
  RESTORE("restore", true, "put the PTE back and give up"),
  SIGBUS("sigbus", true, "fail: SIGBUS for the user, EFAULT for get_user_pages"),
  RETRY("retry", true, "retry the access at once"),
  RETRY_UNLOCKED("retry-unlocked", true, "drop mmap_lock, then retry the access"),
  QUEUE("queue", true, "queue the event and sleep"),
  ACCEPT("accept", true, "accept the request"),
  ENOTTY("enotty", true, "refuse the request with ENOTTY"),
  EINVAL("einval", true, "refuse the request with EINVAL"),
  EFAULT("efault", true, "refuse the request with EFAULT"),
  MARK_COW("mark-cow", true, "remember FOLL_COW until the page is taken"),
  AS_READ("as-read", true, "go on without FOLL_WRITE"),
  EBUSY("ebusy", true, "refuse the request with EBUSY"),
  OUT_OF_MODEL(
      "out-of-model", true, "this kernel does something here that its rules do not describe");

  private final String word;
  private final boolean terminal;
  private final String meaning;

  Action(String word, boolean terminal, String meaning) {
    this.word = word;
    this.terminal = terminal;
    this.meaning = meaning;
  }

  /** The word of the rule language. */
  public String word() {
    return word;
  }

  /** Whether the evaluation of the decision ends with this action. */
  public boolean terminal() {
    return terminal;
  }

  /** One line for the rule reference. */
  public String meaning() {
    return meaning;
  }
}
