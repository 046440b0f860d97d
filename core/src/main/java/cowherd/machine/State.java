package cowherd.machine;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntUnaryOperator;

/**
 * The simulated machine at one moment: one state vector, read and written through names. Physical
 * memory is a list of frames. A folio of order 0 is a frame; the pages of a large folio are frames
 * that name their head, in any places. Refcount, pincount, page lock and LRU batch belong to the
 * folio (they are kept at its head, whichever page is asked); mapcount, PG_anon_exclusive, swap
 * entry and words to the page. Frames are numbered from 1, swap entries from 1; 0 is "none". The
 * frames 1 to {@code files} are the page cache of the files. Counters (mapcount, refcount) are kept
 * here and recomputed by {@link Recount}.
 */
public final class State {
  /** A PTE that maps the shared zero page has this frame; it is not counted. */
  public static final int ZERO_FRAME = 254;

  /** A register that remembered a frame or an entry which has been freed since. */
  public static final int STALE = 253;

  // PTE bits: two bits of kind, then flags
  public static final int KIND = 3;
  public static final int NONE = 0;
  public static final int PRESENT = 1;
  public static final int SWAP = 2;

  /** Neither page nor swap entry; the target says what: MARKER_*. */
  public static final int MARKER = 3;

  public static final int W = 4;
  public static final int D = 8;
  public static final int UFFD_WP = 16;
  public static final int SWAP_EXCLUSIVE = 32;

  /** The page is mapped, together with the others of its folio, by one entry of the PMD. */
  public static final int PMD = 64;

  public static final int SOFT_DIRTY = 128;

  /**
   * A migration entry: the page that the target names is being moved. W says that the PTE was
   * writable, SWAP_EXCLUSIVE that the page was exclusive. The entry holds no reference; whoever
   * migrates does.
   */
  public static final int MIGRATION = SWAP | PMD;

  // what a PTE marker stands for, bits of its target
  public static final int MARKER_UFFD_WP = 1;
  public static final int MARKER_POISON = 2;
  public static final int MARKER_GUARD = 4;

  // VMA bits
  public static final int VMA = 1;
  public static final int VM_READ = 2;
  public static final int VM_WRITE = 4;
  public static final int VM_SHARED = 8;
  public static final int VM_LOCKED = 16;
  public static final int VM_DONTCOPY = 32;
  public static final int VM_WIPEONFORK = 64;

  /**
   * The inverse of VM_SOFTDIRTY: clear_refs has been here, so that soft-dirty is what the PTE says.
   */
  public static final int VM_SOFT_DIRTY_TRACKED = 128;

  // more VMA bits
  public static final int VM_MERGEABLE = 1;
  public static final int VM_HUGETLB = 2;
  public static final int VM_HUGEPAGE = 4;
  public static final int VM_NOHUGEPAGE = 8;

  /** hugetlb: the mapping reserved its pages when it was made (HPAGE_RESV_OWNER); no child does. */
  public static final int VM_HUGETLB_OWNER = 16;

  /** hugetlb: the reservation of this page has not been used yet. */
  public static final int VM_HUGETLB_RESERVED = 32;

  /** hugetlb: a page was taken away from this mapping for its owner (HPAGE_RESV_UNMAPPED). */
  public static final int VM_HUGETLB_UNMAPPED = 64;

  /** vma->anon_vma: the page was anonymous once since it was mapped. */
  public static final int VM_ANON_VMA = 128;

  // userfaultfd byte of a VMA: modes, then context index + 1
  public static final int VM_UFFD_MISSING = 1;
  public static final int VM_UFFD_WP = 2;
  public static final int VM_UFFD_MINOR = 4;
  static final int VM_UFFD_CONTEXT_SHIFT = 4;

  // ghost bits of a mapping
  public static final int GHOST_WP_ARMED = 1;
  public static final int GHOST_SNAPSHOT = 2;

  // life of a process
  public static final int UNBORN = 0;
  public static final int ALIVE = 1;
  public static final int EXITING = 2;
  public static final int DEAD = 3;

  // mm flags
  public static final int MM_HAS_PINNED = 1;
  public static final int MM_FORK_RUNNING = 2;
  public static final int MM_HAS_FORKED = 4;

  /** PR_SET_MEMORY_MERGE: every mapping of the process is mergeable. */
  public static final int MM_MERGE_ANY = 8;

  /** mmap_lock is held for writing, but not yet the lock of the VMA: faults may run under that. */
  public static final int MM_FAULTS_RUN = 16;

  // frame flags
  public static final int USED = 1;
  public static final int ANON = 2;
  public static final int FILE = 4;
  public static final int KSM = 8;
  public static final int EXCLUSIVE = 16;
  public static final int LRU = 32;
  public static final int WRITEBACK = 64;

  /** A page of hugetlb: one page of the model, never split. */
  public static final int HUGETLB = 128;

  /** Flags that the head keeps for its whole folio. */
  private static final int OF_FOLIO = LRU | WRITEBACK;

  // more frame flags

  /** MADV_FREE: an anonymous page that may be dropped while no PTE of it is dirty. */
  public static final int LAZYFREE = 1;

  /** PG_dirty of an anonymous page; kept only in tests that call MADV_FREE. */
  public static final int DIRTY_PAGE = 2;

  // handle bits
  public static final int LIVE = 1;
  public static final int PIN = 2;
  public static final int WRITE = 4;
  public static final int COVERED = 8;
  public static final int MAPPED = 16;
  public static final int PENDING = 32;
  public static final int SHARED_PAGE = 64;

  /** The owner stored elsewhere before the reference was handed out. */
  public static final int OUTDATED = 128;

  // thread registers, in the order of their bytes
  public static final int PC = 0;
  public static final int PHASE = 1;
  public static final int INDEX = 2;
  public static final int HELD = 3;
  public static final int SCRATCH = 4;
  public static final int GUP_PHASE = 5;
  public static final int GUP_INDEX = 6;
  public static final int GUP_BITS = 7;
  public static final int GUP_FRAME = 8;
  public static final int GUP_PTE = 9;
  public static final int FAULT_PHASE = 10;
  public static final int FAULT_MM = 11;
  public static final int FAULT_PAGE = 12;
  public static final int FAULT_FLAGS = 13;
  public static final int FAULT_ORIG = 14;
  public static final int FAULT_ORIG_BITS = 15;
  public static final int FAULT_OLD = 16;
  public static final int FAULT_NEW = 17;
  public static final int FAULT_WORD = 18;
  public static final int EVENT = 19;
  public static final int EVENT_TYPE = 20;
  public static final int EVENT_FLAGS = 21;
  public static final int ENDED = 22;

  /** The page whose PTE reclaim has cleared and not yet replaced: still counted as mapped. */
  public static final int UNMAPPING = 23;

  /** The userfaultfd whose event the thread waits for, plus one. */
  public static final int EVENT_CONTEXT = 24;

  /** A second page that the call holds a reference to, beside {@link #HELD}. */
  public static final int HELD_TOO = 25;

  /** Registers that name a frame; {@link #FAULT_ORIG} does when it is PRESENT. */
  private static final int[] FRAME_REGISTERS = {
    HELD, GUP_FRAME, FAULT_OLD, FAULT_NEW, UNMAPPING, HELD_TOO
  };

  /** GUP_BITS: write_protect_seq changed since the lockless walk began. */
  public static final int GUP_FORK_RAN = 1;

  /** Everybody may see a word: initial content, zeros, device writes, shared memory. */
  public static final int EVERYBODY = 0xff;

  private final Layout l;
  private final int pinBias;
  private byte[] b;

  /** Mappings whose translation a PTE has lost in the step at hand. */
  private final BitSet flushesDue = new BitSet();

  private boolean secondTranslation;

  // allocation
  private int wantedChoice;
  private int offeredChoices;

  /**
   * A state of zeros.
   *
   * @param pinBias how much a pin adds to the refcount (GUP_PIN_COUNTING_BIAS; 1024 in the kernel)
   */
  public State(Layout layout, int pinBias) {
    this.l = layout;
    this.pinBias = pinBias;
    this.b = new byte[layout.bytes];
  }

  /** The layout. */
  public Layout layout() {
    return l;
  }

  /** The vector itself. */
  public byte[] bytes() {
    return b;
  }

  /** Makes this state a copy of a vector. */
  public void load(byte[] from, int offset) {
    System.arraycopy(from, offset, b, 0, l.bytes);
  }

  /** How much a pin adds to the refcount. */
  public int pinBias() {
    return pinBias;
  }

  private int get(int at) {
    return b[at] & 0xff;
  }

  private void set(int at, int value) {
    b[at] = (byte) value;
  }

  // ---- page tables

  /** Whether PTE bits are those of a migration entry. */
  public static boolean isMigration(int pteBits) {
    return (pteBits & (KIND | PMD)) == MIGRATION;
  }

  /** Whether the target of a PTE with these bits is a page. */
  static boolean namesFrame(int pteBits) {
    return (pteBits & KIND) == PRESENT || isMigration(pteBits);
  }

  /** Whether the target of a PTE with these bits is a swap entry. */
  static boolean namesEntry(int pteBits) {
    return (pteBits & KIND) == SWAP && !isMigration(pteBits);
  }

  private int mapping(int process, int page) {
    return l.mappings + (process * l.pages + page) * l.mappingBytes;
  }

  /** The frame (PRESENT) or swap entry (SWAP) of a PTE. */
  public int pteTarget(int process, int page) {
    return get(mapping(process, page));
  }

  /** Kind and flags of a PTE. */
  public int pteBits(int process, int page) {
    return get(mapping(process, page) + 1);
  }

  /** Writes a PTE; with TLBs, what it was may be in them until {@link #flushTlb}. */
  public void setPte(int process, int page, int target, int bits) {
    int at = mapping(process, page);
    if (l.shape.tlbs()) {
      keepTranslation(process, page, target, bits);
    }
    set(at, target);
    set(at + 1, bits);
  }

  /** Whether an entry carries uffd-wp: as a bit of a page or swap PTE, or as a marker. */
  public boolean uffdWp(int process, int page) {
    return isUffdWp(pteTarget(process, page), pteBits(process, page));
  }

  /** Whether an entry carries uffd-wp. */
  public static boolean isUffdWp(int target, int bits) {
    return (bits & KIND) == MARKER ? (target & MARKER_UFFD_WP) != 0 : (bits & UFFD_WP) != 0;
  }

  /** Whether an access is answered with SIGSEGV by a marker: a guard region. */
  public boolean guarded(int process, int page) {
    return (pteBits(process, page) & KIND) == MARKER
        && (pteTarget(process, page) & MARKER_GUARD) != 0;
  }

  /** Whether an access is answered with SIGBUS by a marker. */
  public boolean poisoned(int process, int page) {
    return (pteBits(process, page) & KIND) == MARKER
        && (pteTarget(process, page) & MARKER_POISON) != 0;
  }

  // ---- TLBs

  private int tlb(int process, int page) {
    return l.tlbsAt + (process * l.pages + page) * Layout.TLB_BYTES;
  }

  /**
   * A PTE is about to change: CPUs may have walked it as it was. Any of them may have done so, also
   * speculatively, and a thread may run on any of them, so that one memory of each address space
   * stands for the TLBs of all CPUs.
   */
  private void keepTranslation(int process, int page, int target, int bits) {
    int old = pteBits(process, page);
    int oldTarget = pteTarget(process, page);
    boolean taken = (bits & KIND) != PRESENT || target != oldTarget || (old & (W | D) & ~bits) != 0;
    if ((old & KIND) != PRESENT || !taken) {
      return;
    }
    int at = tlb(process, page);
    secondTranslation |= get(at + 1) != 0 && get(at) != oldTarget;
    set(at, oldTarget);
    set(at + 1, get(at + 1) | old & (PRESENT | W | D));
    flushesDue.set(process * l.pages + page);
  }

  /** The page of a translation that TLBs may still have. */
  public int tlbTarget(int process, int page) {
    return get(tlb(process, page));
  }

  /** PTE bits of a translation that TLBs may still have and the page table has no longer, or 0. */
  public int tlbBits(int process, int page) {
    return l.shape.tlbs() ? get(tlb(process, page) + 1) : 0;
  }

  /** No CPU has an old translation of the page any more. */
  public void flushTlb(int process, int page) {
    if (l.shape.tlbs()) {
      int at = tlb(process, page);
      set(at, 0);
      set(at + 1, 0);
    }
  }

  /** A step begins: no PTE has lost a translation in it yet. */
  public void forgetFlushesDue() {
    flushesDue.clear();
    secondTranslation = false;
  }

  /** The step at hand leaves the flushes of what it has changed to a later one. */
  public void deferFlushes() {
    if (secondTranslation) {
      throw new OutOfCounter("two translations of one page wait for their TLB flush");
    }
    flushesDue.clear();
  }

  /** Flushes every translation that a PTE has lost since {@link #forgetFlushesDue}. */
  public void flushDue() {
    for (int i = flushesDue.nextSetBit(0); i >= 0; i = flushesDue.nextSetBit(i + 1)) {
      flushTlb(i / l.pages, i % l.pages);
    }
    flushesDue.clear();
  }

  /** VMA bits, 0 where nothing is mapped. */
  public int vma(int process, int page) {
    return get(mapping(process, page) + 2);
  }

  public void setVma(int process, int page, int bits) {
    set(mapping(process, page) + 2, bits);
  }

  /** userfaultfd modes of the VMA. */
  public int vmaUffd(int process, int page) {
    return get(mapping(process, page) + 3) & 0xf;
  }

  /** The userfaultfd that the VMA is registered with; only when modes are set. */
  public int vmaContext(int process, int page) {
    return (get(mapping(process, page) + 3) >> VM_UFFD_CONTEXT_SHIFT) - 1;
  }

  public void setVmaUffd(int process, int page, int modes, int context) {
    set(
        mapping(process, page) + 3,
        modes == 0 ? 0 : modes | (context + 1) << VM_UFFD_CONTEXT_SHIFT);
  }

  /** The file behind a VMA, or -1. */
  public int vmaFile(int process, int page) {
    return get(mapping(process, page) + 4) - 1;
  }

  public void setVmaFile(int process, int page, int file) {
    set(mapping(process, page) + 4, file + 1);
  }

  /** The thread that holds the page-table lock across steps, or -1. */
  public int pteLockHolder(int process, int page) {
    return get(mapping(process, page) + 5) - 1;
  }

  public void setPteLockHolder(int process, int page, int thread) {
    set(mapping(process, page) + 5, thread + 1);
  }

  /** More VMA bits. */
  public int vmaMore(int process, int page) {
    return get(mapping(process, page) + 7);
  }

  public void setVmaMore(int process, int page, int bits) {
    set(mapping(process, page) + 7, bits);
  }

  /** Ghost bits: GHOST_*. */
  public int ghost(int process, int page) {
    return get(mapping(process, page) + 6);
  }

  public void setGhost(int process, int page, int bits) {
    set(mapping(process, page) + 6, bits);
    if ((bits & GHOST_SNAPSHOT) == 0) {
      int at = mapping(process, page) + Layout.MAPPING_BYTES;
      Arrays.fill(b, at, at + l.words, (byte) 0);
    }
  }

  /** What the child must read until it writes. */
  public int snapshot(int process, int page, int word) {
    return get(mapping(process, page) + Layout.MAPPING_BYTES + word);
  }

  public void setSnapshot(int process, int page, int word, int value) {
    set(mapping(process, page) + Layout.MAPPING_BYTES + word, value);
  }

  // ---- mm

  public int life(int process) {
    return get(l.mms + process * Layout.MM_BYTES);
  }

  public void setLife(int process, int life) {
    set(l.mms + process * Layout.MM_BYTES, life);
  }

  public boolean mmFlag(int process, int flag) {
    return (get(l.mms + process * Layout.MM_BYTES + 1) & flag) != 0;
  }

  public void setMmFlag(int process, int flag, boolean on) {
    int at = l.mms + process * Layout.MM_BYTES + 1;
    set(at, on ? get(at) | flag : get(at) & ~flag);
  }

  /** A process is as if it had never been: its mm, and which words it may see. */
  public void forgetProcess(int process) {
    int at = l.mms + process * Layout.MM_BYTES;
    Arrays.fill(b, at, at + Layout.MM_BYTES, (byte) 0);
    int others = ~(1 << process);
    for (int f = 1; f <= l.frames; f++) {
      for (int w = 0; w < l.words; w++) {
        if (seenBy(f, w) != EVERYBODY) {
          setWord(f, w, word(f, w), seenBy(f, w) & others);
        }
      }
    }
    for (int e = 1; e <= l.entries; e++) {
      for (int w = 0; w < l.words; w++) {
        if (entrySeenBy(e, w) != EVERYBODY) {
          setEntryWord(e, w, entryWord(e, w), entrySeenBy(e, w) & others);
        }
      }
    }
  }

  /** Drops what only properties look at: the states of programs whose outcomes alone matter. */
  public void dropGhosts() {
    for (int p = 0; p < l.processes; p++) {
      setMmFlag(p, MM_HAS_FORKED, false);
      for (int v = 0; v < l.pages; v++) {
        setGhost(p, v, 0);
      }
    }
    for (int f = 1; f <= l.frames; f++) {
      for (int w = 0; w < l.words && frameFlags(f) != 0; w++) {
        setWord(f, w, word(f, w), EVERYBODY);
      }
    }
    for (int e = 1; e <= l.entries; e++) {
      for (int w = 0; w < l.words && !entryFree(e); w++) {
        setEntryWord(e, w, entryWord(e, w), EVERYBODY);
      }
    }
  }

  /**
   * Gives every value of memory, swap and registers another name.
   *
   * @param name the new name of a value, 0 to 255
   */
  public void renameValues(IntUnaryOperator name) {
    for (int r = l.registers; r < l.handles; r++) {
      b[r] = (byte) name.applyAsInt(b[r] & 0xff);
    }
    for (int f = 0, at = l.framesAt; f < l.frames; f++, at += l.frameBytes) {
      for (int w = at + l.frameHeadBytes; w < at + l.frameHeadBytes + l.words; w++) {
        b[w] = (byte) name.applyAsInt(b[w] & 0xff);
      }
    }
    for (int e = 0, at = l.entriesAt; e < l.entries; e++, at += l.entryBytes) {
      int first = at + Layout.ENTRY_HEAD_BYTES;
      for (int w = first; w < first + l.words; w++) {
        b[w] = (byte) name.applyAsInt(b[w] & 0xff);
      }
    }
  }

  /** Readers of mmap_lock. */
  public int readers(int process) {
    return get(l.mms + process * Layout.MM_BYTES + 2);
  }

  public void addReader(int process, int delta) {
    int at = l.mms + process * Layout.MM_BYTES + 2;
    set(at, get(at) + delta);
  }

  /** The thread that holds mmap_lock for writing, or -1. */
  public int writer(int process) {
    return get(l.mms + process * Layout.MM_BYTES + 3) - 1;
  }

  public void setWriter(int process, int thread) {
    set(l.mms + process * Layout.MM_BYTES + 3, thread + 1);
  }

  // ---- registers, handles, pipes, signals, barriers

  public int register(int index) {
    return get(l.registers + index);
  }

  public void setRegister(int index, int value) {
    set(l.registers + index, value);
  }

  private int handle(int handle) {
    return l.handles + handle * Layout.HANDLE_BYTES;
  }

  public int handleFrame(int handle) {
    return get(handle(handle));
  }

  public int handleBits(int handle) {
    return get(handle(handle) + 1);
  }

  public void setHandleBits(int handle, int bits) {
    set(handle(handle) + 1, bits);
  }

  /** The process whose memory the reference was taken from. */
  public int handleOwner(int handle) {
    return get(handle(handle) + 2);
  }

  public int handlePage(int handle) {
    return get(handle(handle) + 3);
  }

  public void setHandle(int handle, int frame, int bits, int owner, int page) {
    int at = handle(handle);
    set(at, frame);
    set(at + 1, bits);
    set(at + 2, owner);
    set(at + 3, page);
  }

  public void clearHandle(int handle) {
    setHandle(handle, 0, 0, 0, 0);
  }

  /** The handle in a slot of a pipe, oldest first, or -1. */
  public int pipeSlot(int pipe, int slot) {
    return get(l.pipes + pipe * l.pipeBytes + slot) - 1;
  }

  /** Appends a handle to a pipe. */
  public void pushPipe(int pipe, int handle) {
    int slot = 0;
    while (pipeSlot(pipe, slot) >= 0) {
      slot++;
    }
    set(l.pipes + pipe * l.pipeBytes + slot, handle + 1);
  }

  /** Removes the oldest handle of a pipe. */
  public int popPipe(int pipe) {
    int first = pipeSlot(pipe, 0);
    int at = l.pipes + pipe * l.pipeBytes;
    System.arraycopy(b, at + 1, b, at, l.pipeBytes - 1);
    set(at + l.pipeBytes - 1, 0);
    return first;
  }

  public boolean signalled(int signal) {
    return get(l.signals + signal) != 0;
  }

  public void signal(int signal) {
    set(l.signals + signal, 1);
  }

  /** Threads that have arrived at a barrier. */
  public int arrived(int barrier) {
    return get(l.barriers + barrier * 2);
  }

  /** Threads that have left it since it opened. */
  public int left(int barrier) {
    return get(l.barriers + barrier * 2 + 1);
  }

  public void setBarrier(int barrier, int arrived, int left) {
    set(l.barriers + barrier * 2, arrived);
    set(l.barriers + barrier * 2 + 1, left);
  }

  // ---- userfaultfd contexts: one per userfaultfd and process

  private int context(int userfaultfd, int process) {
    return l.contexts + (userfaultfd * l.processes + process) * l.contextBytes;
  }

  /** 0 not created, 1 open, 2 closed. */
  public int contextState(int userfaultfd, int process) {
    return get(context(userfaultfd, process));
  }

  public void setContextState(int userfaultfd, int process, int state) {
    set(context(userfaultfd, process), state);
  }

  public int contextFeatures(int userfaultfd, int process) {
    int at = context(userfaultfd, process);
    return get(at + 1) | get(at + 2) << 8;
  }

  public void setContextFeatures(int userfaultfd, int process, int features) {
    int at = context(userfaultfd, process);
    set(at + 1, features & 0xff);
    set(at + 2, features >> 8);
  }

  /** The thread whose event is next to be read, or -1. */
  public int firstEvent(int userfaultfd, int process) {
    return get(context(userfaultfd, process) + 3) - 1;
  }

  public void queueEvent(int userfaultfd, int process, int thread) {
    int at = context(userfaultfd, process) + 3;
    while (get(at) != 0) {
      at++;
    }
    set(at, thread + 1);
  }

  /** Takes the event of a thread out of the queue; nothing when it is not there. */
  public void unqueueEvent(int userfaultfd, int process, int thread) {
    int first = context(userfaultfd, process) + 3;
    int end = first + l.threads;
    for (int at = first; at < end; at++) {
      if (get(at) == thread + 1) {
        System.arraycopy(b, at + 1, b, at, end - at - 1);
        set(end - 1, 0);
        return;
      }
    }
  }

  // ---- threads

  public int thread(int thread, int field) {
    return get(l.threadsAt + thread * Layout.THREAD_BYTES + field);
  }

  public void setThread(int thread, int field, int value) {
    set(l.threadsAt + thread * Layout.THREAD_BYTES + field, value);
  }

  // ---- folios

  // bytes of a frame that only large folios need, after its head bytes
  static final int FOLIO_HEAD = Layout.FRAME_HEAD_BYTES;
  static final int FOLIO_INDEX = FOLIO_HEAD + 1;
  static final int FOLIO_PMD_MAPCOUNT = FOLIO_HEAD + 2;
  static final int FOLIO_PINCOUNT = FOLIO_HEAD + 3;

  /** The head of the folio of a page: the page itself when the folio is of order 0. */
  public int folio(int frame) {
    if (l.folioPages == 1 || frame == 0 || frame >= STALE) {
      return frame;
    }
    int head = get(frame(frame) + FOLIO_HEAD);
    return head == 0 ? frame : head;
  }

  /** Whether the page belongs to a folio of order above 0. */
  public boolean large(int frame) {
    return l.folioPages > 1 && frame != 0 && frame < STALE && get(frame(frame) + FOLIO_HEAD) != 0;
  }

  /** Pages of the folio of a page. */
  public int folioPages(int frame) {
    return large(frame) ? l.folioPages : 1;
  }

  /** The place of a page in its folio, 0 for the head. */
  public int folioIndex(int frame) {
    return large(frame) ? get(frame(frame) + FOLIO_INDEX) : 0;
  }

  /** The page at a place of the folio of {@code frame}. */
  public int folioPage(int frame, int index) {
    if (!large(frame)) {
      return frame;
    }
    int head = folio(frame);
    for (int f = l.files + 1; f <= l.frames; f++) {
      int at = frame(f);
      if (get(at + FOLIO_HEAD) == head && get(at + FOLIO_INDEX) == index) {
        return f;
      }
    }
    throw new BrokenMachine("a folio lacks a page");
  }

  /** How many PMDs map the large folio of a page. */
  public int pmdMapcount(int frame) {
    return large(frame) ? get(frame(folio(frame)) + FOLIO_PMD_MAPCOUNT) : 0;
  }

  /** Counts PMDs that map a large folio. */
  public void addPmdMapcount(int frame, int delta) {
    int at = frame(folio(frame)) + FOLIO_PMD_MAPCOUNT;
    int now = get(at) + delta;
    require(now >= 0, "PMD mapcount below zero");
    set(at, now);
  }

  /** PTEs that map this very page, without the PMDs of its folio. */
  public int pteMapcount(int frame) {
    return frame == 0 || frame >= STALE ? 0 : get(frame(frame) + 1);
  }

  /** PTEs and PMDs that map the folio of a page (folio_mapcount). */
  public int folioMapcount(int frame) {
    if (!large(frame)) {
      return mapcount(frame);
    }
    int sum = pmdMapcount(frame);
    for (int i = 0; i < l.folioPages; i++) {
      sum += pteMapcount(folioPage(frame, i));
    }
    return sum;
  }

  /** Pins of a page that are known exactly: those of its large folio; 0 for order 0. */
  public int pincount(int frame) {
    return large(frame) ? get(frame(folio(frame)) + FOLIO_PINCOUNT) : 0;
  }

  /** What a pin adds to the refcount: the bias, or 1 for a large folio, which counts its pins. */
  public int pinReferences(int frame) {
    return large(frame) ? 1 : pinBias;
  }

  /** Takes a pin. */
  public void pinFrame(int frame) {
    if (large(frame)) {
      int at = frame(folio(frame)) + FOLIO_PINCOUNT;
      set(at, get(at) + 1);
    }
    getFrame(frame, pinReferences(frame));
  }

  /** Drops a pin; the last reference frees the folio. */
  public void unpinFrame(int frame) {
    int references = pinReferences(frame);
    if (large(frame)) {
      int at = frame(folio(frame)) + FOLIO_PINCOUNT;
      require(get(at) > 0, "pincount below zero");
      set(at, get(at) - 1);
    }
    putFrame(frame, references);
  }

  /** Whether the folio of a page may be pinned (folio_maybe_dma_pinned). */
  public boolean maybePinned(int frame) {
    return large(frame) ? pincount(frame) > 0 : refcount(frame) >= pinBias;
  }

  /**
   * Allocates a large folio of zeros that everybody may see, with one reference.
   *
   * @return its head
   * @throws OutOfFrames when the layout has too few free frames
   */
  public int allocateFolio() {
    int choice = wantedChoice;
    int offered = 1;
    int head = 0;
    for (int i = 0; i < l.folioPages; i++) {
      int free = freeFrames();
      wantedChoice = free == 0 ? 0 : choice % free;
      choice = free == 0 ? 0 : choice / free;
      int page = allocateFrame();
      offered *= free;
      head = i == 0 ? page : head;
      int at = frame(page);
      set(at + 2, i == 0 ? 1 : 0);
      set(at + FOLIO_HEAD, head);
      set(at + FOLIO_INDEX, i);
    }
    wantedChoice = 0;
    offeredChoices = offered;
    return head;
  }

  private int freeFrames() {
    int free = 0;
    for (int f = l.files + 1; f <= l.frames; f++) {
      free += get(frame(f)) == 0 ? 1 : 0;
    }
    return free;
  }

  /**
   * Splits a large folio that only PTEs map into its pages. The reference of the caller, if it has
   * one, stays with {@code frame}; pages that nobody refers to are freed.
   *
   * @param held references of the caller
   */
  public void splitFolio(int frame, int held) {
    int head = folio(frame);
    require(pmdMapcount(head) == 0, "a folio is split under a PMD");
    require(pincount(head) == 0, "a pinned folio is split");
    int[] pages = new int[l.folioPages];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = folioPage(head, i);
    }
    int shared = get(frame(head)) & (LRU | WRITEBACK);
    int locked = get(frame(head) + 4);
    for (int page : pages) {
      int at = frame(page);
      set(at, get(at) & ~(LRU | WRITEBACK));
      set(at + 2, get(at + 1) + (get(at + 3) != 0 ? 1 : 0));
      set(at + 4, 0);
      for (int i = 0; i < Layout.FOLIO_BYTES; i++) {
        set(at + FOLIO_HEAD + i, 0);
      }
    }
    int at = frame(frame);
    set(at, get(at) | shared);
    set(at + 2, get(at + 2) + held + ((shared & LRU) != 0 ? 1 : 0));
    set(at + 4, locked);
    for (int page : pages) {
      if (refcount(page) == 0) {
        freeFrame(page);
      } else {
        collect(page);
      }
    }
  }

  // ---- frames

  private int frame(int frame) {
    return l.framesAt + (frame - 1) * l.frameBytes;
  }

  /** Where the fields of the folio of a frame stand. */
  private int folioAt(int frame) {
    return frame(folio(frame));
  }

  public int frameFlags(int frame) {
    return frame == 0 || frame >= STALE ? 0 : get(frame(frame));
  }

  public boolean frameFlag(int frame, int flag) {
    return (frameFlags((flag & OF_FOLIO) != 0 ? folio(frame) : frame) & flag) != 0;
  }

  public void setFrameFlag(int frame, int flag, boolean on) {
    int at = frame((flag & OF_FOLIO) != 0 ? folio(frame) : frame);
    set(at, on ? get(at) | flag : get(at) & ~flag);
  }

  /** More flags of a frame. */
  public boolean frameMore(int frame, int flag) {
    return frame != 0 && frame < STALE && (get(frame(frame) + 5) & flag) != 0;
  }

  /** Gives a page the further flags of another. */
  public void copyFrameMore(int from, int to) {
    set(frame(to) + 5, get(frame(from) + 5));
  }

  public void setFrameMore(int frame, int flag, boolean on) {
    int at = frame(frame) + 5;
    set(at, on ? get(at) | flag : get(at) & ~flag);
  }

  /** PTEs that map the page, and PMDs that map its folio. */
  public int mapcount(int frame) {
    return frame >= STALE ? 0 : get(frame(frame) + 1) + pmdMapcount(frame);
  }

  public void addMapcount(int frame, int delta) {
    int at = frame(frame) + 1;
    int now = get(at) + delta;
    require(now >= 0, "mapcount below zero");
    set(at, now);
  }

  public int refcount(int frame) {
    return frame >= STALE ? 0 : get(folioAt(frame) + 2);
  }

  /** The swap entry while the page is in the swap cache, else 0. */
  public int frameEntry(int frame) {
    return frame >= STALE ? 0 : get(frame(frame) + 3);
  }

  private void setFrameEntry(int frame, int entry) {
    set(frame(frame) + 3, entry);
  }

  /** The thread that holds the page lock, or -1. */
  public int lockHolder(int frame) {
    return frame >= STALE ? -1 : get(folioAt(frame) + 4) - 1;
  }

  public void setLockHolder(int frame, int thread) {
    set(folioAt(frame) + 4, thread + 1);
  }

  public int word(int frame, int word) {
    return frame >= STALE ? 0 : get(frame(frame) + l.frameHeadBytes + word);
  }

  /** Which processes may see a word through a reference: a bit each. */
  public int seenBy(int frame, int word) {
    return frame >= STALE ? EVERYBODY : get(frame(frame) + l.frameHeadBytes + l.words + word);
  }

  public void setWord(int frame, int word, int value, int seenBy) {
    int at = frame(frame) + l.frameHeadBytes + word;
    set(at, value);
    set(at + l.words, seenBy);
  }

  /** Adds references; {@link #putFrame} takes them away. */
  public void getFrame(int frame, int references) {
    if (frame < STALE) {
      int at = folioAt(frame) + 2;
      int now = get(at) + references;
      if (now > 255) {
        throw new OutOfCounter();
      }
      set(at, now);
    }
  }

  /** Takes references away and frees the frame when none is left. */
  public void putFrame(int frame, int references) {
    if (frame >= STALE) {
      return;
    }
    int at = folioAt(frame) + 2;
    int now = get(at) - references;
    require(now >= 0, "refcount below zero");
    set(at, now);
    if (now == 0) {
      freeFolio(frame);
    } else {
      collect(frame);
    }
  }

  /**
   * Frees a page that only the swap cache refers to and whose entry no swap PTE holds: nobody can
   * find it any more. The kernel leaves that to reclaim; no process can tell the difference.
   */
  private void collect(int frame) {
    int entry = frameEntry(frame);
    if (entry != 0 && refcount(frame) == folioPages(frame) && folioEntriesCount(frame) == 0) {
      removeFromSwapCache(frame);
    }
  }

  /** Swap PTEs that hold an entry of the folio of a page in the swap cache. */
  public int folioEntriesCount(int frame) {
    int sum = 0;
    for (int i = 0; i < folioPages(frame); i++) {
      int entry = frameEntry(folioPage(frame, i));
      sum += entry == 0 ? 0 : entryCount(entry);
    }
    return sum;
  }

  private void freeFolio(int frame) {
    if (!large(frame)) {
      freeFrame(frame);
      return;
    }
    int head = folio(frame);
    require(pmdMapcount(head) == 0 && pincount(head) == 0, "a mapped or pinned folio is freed");
    for (int i = l.folioPages - 1; i >= 0; i--) {
      freeFrame(folioPage(head, i));
    }
  }

  private void freeFrame(int frame) {
    require(pteMapcount(frame) == 0, "a mapped page is freed");
    require(frameEntry(frame) == 0, "a page is freed in the swap cache");
    int at = frame(frame);
    Arrays.fill(b, at, at + l.frameBytes, (byte) 0);
    for (int t = 0; t < l.threads; t++) {
      if (thread(t, GUP_FRAME) == frame) {
        setThread(t, GUP_FRAME, STALE);
      }
      if (thread(t, FAULT_ORIG) == frame && namesFrame(thread(t, FAULT_ORIG_BITS))) {
        setThread(t, FAULT_ORIG, STALE);
      }
    }
    int translations = l.shape.tlbs() ? l.processes * l.pages : 0;
    for (int i = 0, tlb = l.tlbsAt; i < translations; i++, tlb += Layout.TLB_BYTES) {
      if (get(tlb) == frame) {
        set(tlb, STALE);
      }
    }
  }

  /**
   * Allocates a frame of zeros that everybody may see, with one reference. The lowest free one,
   * unless a choice was asked for.
   *
   * @throws OutOfFrames when the layout has no free frame
   */
  public int allocateFrame() {
    int free = 0;
    int lowest = 0;
    for (int f = l.files + 1; f <= l.frames; f++) {
      if (get(frame(f)) == 0) {
        if (free++ == wantedChoice) {
          lowest = f;
        }
      }
    }
    if (lowest == 0) {
      throw new OutOfFrames();
    }
    offeredChoices = Math.max(offeredChoices, free);
    set(frame(lowest), USED | ANON);
    set(frame(lowest) + 2, 1);
    for (int w = 0; w < l.words; w++) {
      setWord(lowest, w, 0, EVERYBODY);
    }
    return lowest;
  }

  /** Which of the free frames or entries the next allocation takes; 0 is the lowest. */
  public void chooseFree(int choice) {
    wantedChoice = choice;
    offeredChoices = 0;
  }

  /** Between how many free ones the allocation since {@link #chooseFree} could choose; 0: none. */
  public int offeredChoices() {
    return offeredChoices;
  }

  // ---- the page cache

  /** Whether the page cache has the page of a file, whose frame this is. */
  public boolean cached(int frame) {
    return frameFlag(frame, FILE);
  }

  /** Puts a page of zeros into the page cache, where the file had a hole; one reference. */
  public void addToPageCache(int frame) {
    require(frameFlags(frame) == 0, "a file has two pages in the page cache");
    set(frame(frame), USED | FILE);
    set(frame(frame) + 2, 1);
    for (int w = 0; w < l.words; w++) {
      setWord(frame, w, 0, EVERYBODY);
    }
  }

  /**
   * Takes an unmapped page out of the page cache and leaves a hole. A page that somebody still
   * refers to lives on under another number, since the frames of files are the page cache itself.
   */
  public void removeFromPageCache(int frame) {
    require(mapcount(frame) == 0, "a mapped page leaves the page cache");
    setFrameFlag(frame, FILE, false);
    if (refcount(frame) > 1) {
      int orphan = allocateFrame();
      System.arraycopy(b, frame(frame), b, frame(orphan), l.frameBytes);
      rename(frame, orphan);
      Arrays.fill(b, frame(frame), frame(frame) + l.frameBytes, (byte) 0);
      putFrame(orphan, 1);
    } else {
      putFrame(frame, 1);
    }
  }

  /** Who refers to one frame refers to another one from now on. */
  private void rename(int from, int to) {
    for (int h = 0; h < l.shape.handles(); h++) {
      if (handleFrame(h) == from) {
        setHandle(h, to, handleBits(h), handleOwner(h), handlePage(h));
      }
    }
    for (int t = 0; t < l.threads; t++) {
      for (int register : FRAME_REGISTERS) {
        if (thread(t, register) == from) {
          setThread(t, register, to);
        }
      }
      if (thread(t, FAULT_ORIG) == from && (thread(t, FAULT_ORIG_BITS) & KIND) == PRESENT) {
        setThread(t, FAULT_ORIG, STALE);
      }
    }
    int translations = l.shape.tlbs() ? l.processes * l.pages : 0;
    for (int i = 0, tlb = l.tlbsAt; i < translations; i++, tlb += Layout.TLB_BYTES) {
      if (get(tlb) == from) {
        set(tlb, to);
      }
    }
  }

  // ---- swap

  private int entry(int entry) {
    return l.entriesAt + (entry - 1) * l.entryBytes;
  }

  /** Swap PTEs that hold the entry. */
  public int entryCount(int entry) {
    return get(entry(entry));
  }

  /** The page in the swap cache, or 0. */
  public int entryFrame(int entry) {
    return get(entry(entry) + 1);
  }

  public int entryWord(int entry, int word) {
    return get(entry(entry) + Layout.ENTRY_HEAD_BYTES + word);
  }

  public int entrySeenBy(int entry, int word) {
    return get(entry(entry) + Layout.ENTRY_HEAD_BYTES + l.words + word);
  }

  public void setEntryWord(int entry, int word, int value, int seenBy) {
    int at = entry(entry) + Layout.ENTRY_HEAD_BYTES + word;
    set(at, value);
    set(at + l.words, seenBy);
  }

  /** Whether nothing uses the entry. */
  public boolean entryFree(int entry) {
    return entryCount(entry) == 0 && entryFrame(entry) == 0;
  }

  /** Puts all pages of a folio into the swap cache, each under a new entry. */
  public void addFolioToSwapCache(int frame) {
    int choice = wantedChoice;
    int offered = 1;
    for (int i = 0; i < folioPages(frame); i++) {
      int free = 0;
      for (int e = 1; e <= l.entries; e++) {
        free += entryFree(e) ? 1 : 0;
      }
      wantedChoice = free == 0 ? 0 : choice % free;
      choice = free == 0 ? 0 : choice / free;
      offered *= free;
      addToSwapCache(folioPage(frame, i));
    }
    wantedChoice = 0;
    offeredChoices = offered;
  }

  /** Puts a page into the swap cache under a new entry: one reference more. */
  public int addToSwapCache(int frame) {
    int free = 0;
    int found = 0;
    for (int e = 1; e <= l.entries; e++) {
      if (entryFree(e)) {
        if (free++ == wantedChoice) {
          found = e;
        }
      }
    }
    if (found == 0) {
      throw new OutOfFrames();
    }
    offeredChoices = Math.max(offeredChoices, free);
    attachToEntry(frame, found);
    return found;
  }

  /** Puts a page into the swap cache under an entry that has none: one reference more. */
  public void attachToEntry(int frame, int entry) {
    set(entry(entry) + 1, frame);
    setFrameEntry(frame, entry);
    getFrame(frame, 1);
  }

  /** Migration: another page takes the place of a page in the swap cache. */
  public void moveSwapCache(int from, int to) {
    int entry = frameEntry(from);
    setFrameEntry(from, 0);
    putFrame(from, 1);
    attachToEntry(to, entry);
  }

  /** Takes the folio out of the swap cache; an entry is free when no swap PTE holds it. */
  public void removeFromSwapCache(int frame) {
    int references = 0;
    for (int i = 0; i < folioPages(frame); i++) {
      int page = folioPage(frame, i);
      int entry = frameEntry(page);
      set(entry(entry) + 1, 0);
      setFrameEntry(page, 0);
      forgetEntryIfFree(entry);
      references++;
    }
    putFrame(frame, references);
  }

  /** Counts swap PTEs of an entry. */
  public void addEntryCount(int entry, int delta) {
    int at = entry(entry);
    int now = get(at) + delta;
    require(now >= 0, "swapcount below zero");
    set(at, now);
    int frame = entryFrame(entry);
    if (frame != 0) {
      collect(frame);
    } else {
      forgetEntryIfFree(entry);
    }
  }

  private void forgetEntryIfFree(int entry) {
    if (!entryFree(entry)) {
      return;
    }
    int at = entry(entry);
    Arrays.fill(b, at, at + l.entryBytes, (byte) 0);
    for (int t = 0; t < l.threads; t++) {
      if (thread(t, FAULT_ORIG) == entry && namesEntry(thread(t, FAULT_ORIG_BITS))) {
        setThread(t, FAULT_ORIG, STALE);
      }
    }
  }

  // ---- content as a mapping shows it

  /** The word that a PTE or swap PTE stands for, or -1 when nothing is mapped. */
  public int mappedWord(int process, int page, int word) {
    int bits = pteBits(process, page);
    int target = pteTarget(process, page);
    return switch (bits & KIND) {
      case PRESENT -> word(target, word);
      case SWAP -> {
        int frame = isMigration(bits) ? target : entryFrame(target);
        yield frame != 0 ? word(frame, word) : entryWord(target, word);
      }
      default -> {
        int frame = frameInHand(process, page);
        yield frame == 0 ? -1 : word(frame, word);
      }
    };
  }

  /** The page of a PTE that reclaim has cleared and not yet replaced, or 0. */
  public int frameInHand(int process, int page) {
    int holder = pteLockHolder(process, page);
    return holder < 0 ? 0 : thread(holder, UNMAPPING);
  }

  /** The bits of that PTE as they were. */
  public int bitsInHand(int process, int page) {
    return thread(pteLockHolder(process, page), SCRATCH);
  }

  static void require(boolean condition, String reason) {
    if (!condition) {
      throw new BrokenMachine(reason);
    }
  }

  /** The layout has too few frames or swap entries; make a larger one and begin again. */
  public static final class OutOfFrames extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfFrames() {
      super("out of frames", null, false, false);
    }
  }

  /** A page has more references than the model's counters hold. */
  public static final class OutOfCounter extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfCounter(String what) {
      super(what);
    }

    OutOfCounter() {
      super("more references to one page than the model counts (255; a pin counts as its bias)");
    }
  }

  /**
   * An invariant of the mechanism is broken: a bug in the model (or a rule that makes no sense).
   */
  public static final class BrokenMachine extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which invariant. */
    public BrokenMachine(String reason) {
      super(reason);
    }
  }
}
