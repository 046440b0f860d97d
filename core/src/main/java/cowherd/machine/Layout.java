package cowherd.machine;

/**
 * Where each part of the simulated machine stands in the state vector of one test. The state is one
 * byte array; every field is one byte. A layout is made per test, so that a part that the test
 * cannot use has no bytes.
 *
 * <pre>
 *   page tables   per process and virtual page: PTE (page or entry, bits), VMA (bits, userfaultfd,
 *                 file, more bits), page-table lock, ghost bits and ghost words
 *   mm            per process: life, flags, mmap_lock readers and writer
 *   registers, handles, pipes, userfaultfd contexts, signals, barriers
 *   threads       program counter, and the registers of the call, of get_user_pages, of the fault
 *   frames        flags, mapcount, refcount, swap entry, lock holder, more flags; with folios of
 *                 order above 0: head, place in the folio, PMD mapcount, pincount; words, who may
 *                 see them
 *   swap          per entry: swap PTEs, page in the swap cache, words, who may see them
 *   TLBs          per process and virtual page: the translation that CPUs may still have, its bits
 * </pre>
 */
public final class Layout {
  /** Bytes of a PTE and what belongs to it, before the ghost words. */
  static final int MAPPING_BYTES = 8;

  static final int MM_BYTES = 4;
  static final int HANDLE_BYTES = 4;
  static final int THREAD_BYTES = 26;
  static final int FRAME_HEAD_BYTES = 6;

  /** Bytes of a frame that only folios of order above 0 need. */
  static final int FOLIO_BYTES = 4;

  static final int ENTRY_HEAD_BYTES = 2;

  /** Bytes of a translation that waits for its TLB flush. */
  static final int TLB_BYTES = 2;

  /**
   * The sizes that a layout is made for.
   *
   * @param folioPages pages of a large folio, or 1 when the test has none
   * @param tlbs whether CPUs may keep a translation until its TLB flush
   */
  public record Shape(
      int processes,
      int pages,
      int words,
      int threads,
      int registers,
      int handles,
      int pipes,
      int pipeSlots,
      int userfaultfds,
      int signals,
      int barriers,
      int files,
      int frames,
      int entries,
      int folioPages,
      boolean tlbs) {

    /** The same with room for more frames and swap entries. */
    public Shape withFrames(int newFrames, int newEntries) {
      return new Shape(
          processes,
          pages,
          words,
          threads,
          registers,
          handles,
          pipes,
          pipeSlots,
          userfaultfds,
          signals,
          barriers,
          files,
          newFrames,
          newEntries,
          folioPages,
          tlbs);
    }
  }

  final Shape shape;
  final int processes;
  final int pages;
  final int words;
  final int threads;
  final int files;
  final int frames;
  final int entries;
  final int folioPages;
  final int frameHeadBytes;
  final int mappingBytes;
  final int frameBytes;
  final int entryBytes;
  final int contextBytes;
  final int pipeBytes;

  final int mappings;
  final int mms;
  final int registers;
  final int handles;
  final int pipes;
  final int contexts;
  final int signals;
  final int barriers;
  final int threadsAt;
  final int framesAt;
  final int entriesAt;
  final int tlbsAt;
  final int bytes;

  /** Makes the layout of a shape. */
  public Layout(Shape shape) {
    this.shape = shape;
    processes = shape.processes;
    pages = shape.pages;
    words = shape.words;
    threads = shape.threads;
    files = shape.files;
    frames = shape.frames;
    entries = shape.entries;
    mappingBytes = MAPPING_BYTES + words;
    folioPages = shape.folioPages;
    frameHeadBytes = FRAME_HEAD_BYTES + (folioPages > 1 ? FOLIO_BYTES : 0);
    frameBytes = frameHeadBytes + 2 * words;
    entryBytes = ENTRY_HEAD_BYTES + 2 * words;
    contextBytes = 3 + threads;
    pipeBytes = shape.pipeSlots;
    int at = 0;
    mappings = at;
    at += processes * pages * mappingBytes;
    mms = at;
    at += processes * MM_BYTES;
    registers = at;
    at += shape.registers;
    handles = at;
    at += shape.handles * HANDLE_BYTES;
    pipes = at;
    at += shape.pipes * pipeBytes;
    contexts = at;
    at += shape.userfaultfds * processes * contextBytes;
    signals = at;
    at += shape.signals;
    barriers = at;
    at += shape.barriers * 2;
    threadsAt = at;
    at += threads * THREAD_BYTES;
    framesAt = at;
    at += frames * frameBytes;
    entriesAt = at;
    at += entries * entryBytes;
    tlbsAt = at;
    at += shape.tlbs ? processes * pages * TLB_BYTES : 0;
    bytes = (at + 7) & ~7;
  }

  /** The sizes this layout was made for. */
  public Shape shape() {
    return shape;
  }

  /** Bytes of a state vector, a multiple of 8. */
  public int bytes() {
    return bytes;
  }
}
