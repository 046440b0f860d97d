package cowherd.operation;

/** The named properties, worded in semantics section 14; they hold for every test by default. */
public enum PropertyName {
  NO_FOREIGN_DATA(
      "no-foreign-data", "a reference never reads what another process stored after fork"),
  PIN_COHERENT("pin-coherent", "a live pin reads what its owner stores"),
  GET_COHERENT("get-coherent", "without fork, a live read-write get reads what its owner stores"),
  NO_LOST_WP("no-lost-wp", "no store passes a write-protected page without an event"),
  PROGRESS(
      "progress", "a load or a read reference of a populated page never waits for userfaultfd"),
  FORK_SNAPSHOT("fork-snapshot", "a child reads what memory held at fork until it writes"),
  NO_USE_AFTER_FREE(
      "no-use-after-free", "no page is freed while referenced, and counts return to zero");

  private final String word;
  private final String meaning;

  PropertyName(String word, String meaning) {
    this.word = word;
    this.meaning = meaning;
  }

  /** The word of the test language and of the command line. */
  public String word() {
    return word;
  }

  /** One line. */
  public String meaning() {
    return meaning;
  }
}
