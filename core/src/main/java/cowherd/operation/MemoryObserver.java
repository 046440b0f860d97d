package cowherd.operation;

/** Hears the moments at which a property may break; a state alone does not show them. */
public interface MemoryObserver {
  /** The CPU stored through the mapping of a process. */
  void stored(int process, int page);

  /** A fault queued a userfaultfd event and is going to wait. */
  void waitsForEvent(int process, int page, boolean reader);

  /** A reference is handed out, and its owner has meanwhile stored to another page. */
  void handedOutStale(boolean pin, int owner);

  /** An access went, through a TLB, to a page that is free. */
  void usedAfterFree();

  /** A process was zapped completely, or a handle was dropped: counts may have to be zero now. */
  void released();
}
