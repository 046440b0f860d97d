package cowherd.machine;

import java.util.function.IntUnaryOperator;

/**
 * Gives processes, threads and references other names. It applies to states of programs in which
 * each of them can do what the others can: the caller knows which names may be exchanged.
 */
public final class Permutation {
  private static final int WRITER = 3;
  private static final int PTE_LOCK = 5;
  private static final int LOCK_HOLDER = 4;
  private static final int CONTEXT_HEAD = 3;

  private final Layout l;
  private final int[] newProcess;
  private final int[] newThread;
  private final int[] newHandle;

  /** For states of one layout; not thread-safe. */
  public Permutation(Layout layout) {
    this.l = layout;
    newProcess = new int[l.processes];
    newThread = new int[l.threads];
    newHandle = new int[l.shape.handles()];
  }

  /**
   * The old names, by new name; threads beside those of the program keep theirs.
   *
   * @param processes the process that gets the name i
   * @param threads the thread that gets the name i
   * @param handles the reference slot that gets the name i
   */
  public record Names(int[] processes, int[] threads, int[] handles) {}

  /**
   * Writes a state with other names.
   *
   * @param pc the program counter of a thread that had the program counter given
   */
  public void apply(byte[] from, byte[] to, Names names, IntUnaryOperator pc) {
    invert(names);
    System.arraycopy(from, 0, to, 0, l.bytes);
    processes(from, to, names.processes);
    threads(from, to, names.threads, pc);
    handles(from, to, names.handles);
    for (int f = 0, at = l.framesAt; f < l.frames; f++, at += l.frameBytes) {
      to[at + LOCK_HOLDER] = thread(from[at + LOCK_HOLDER]);
      seers(from, to, at + l.frameHeadBytes + l.words);
    }
    for (int e = 0, at = l.entriesAt; e < l.entries; e++, at += l.entryBytes) {
      seers(from, to, at + Layout.ENTRY_HEAD_BYTES + l.words);
    }
  }

  /** What {@link #apply} calls a process that had this name. */
  public int newProcess(int old) {
    return newProcess[old];
  }

  /** What {@link #apply} calls a reference slot that had this name. */
  public int newHandle(int old) {
    return newHandle[old];
  }

  private void invert(Names names) {
    for (int i = 0; i < newThread.length; i++) {
      newThread[i] = i;
    }
    invert(names.processes, newProcess);
    invert(names.threads, newThread);
    invert(names.handles, newHandle);
  }

  private static void invert(int[] old, int[] into) {
    for (int i = 0; i < old.length; i++) {
      into[old[i]] = i;
    }
  }

  private byte thread(byte holder) {
    return holder == 0 ? 0 : (byte) (newThread[(holder & 0xff) - 1] + 1);
  }

  private void processes(byte[] from, byte[] to, int[] old) {
    int mapping = l.pages * l.mappingBytes;
    for (int p = 0; p < l.processes; p++) {
      System.arraycopy(from, l.mappings + old[p] * mapping, to, l.mappings + p * mapping, mapping);
      for (int v = 0; v < l.pages; v++) {
        int at = l.mappings + p * mapping + v * l.mappingBytes + PTE_LOCK;
        to[at] = thread(to[at]);
      }
      int mm = l.mms + p * Layout.MM_BYTES;
      System.arraycopy(from, l.mms + old[p] * Layout.MM_BYTES, to, mm, Layout.MM_BYTES);
      to[mm + WRITER] = thread(to[mm + WRITER]);
      if (l.shape.tlbs()) {
        int tlb = l.pages * Layout.TLB_BYTES;
        System.arraycopy(from, l.tlbsAt + old[p] * tlb, to, l.tlbsAt + p * tlb, tlb);
      }
    }
    contexts(from, to, old);
  }

  private void contexts(byte[] from, byte[] to, int[] old) {
    for (int u = 0; u < l.shape.userfaultfds(); u++) {
      for (int p = 0; p < l.processes; p++) {
        int at = l.contexts + (u * l.processes + p) * l.contextBytes;
        int source = l.contexts + (u * l.processes + old[p]) * l.contextBytes;
        System.arraycopy(from, source, to, at, l.contextBytes);
        for (int t = at + CONTEXT_HEAD; t < at + l.contextBytes; t++) {
          to[t] = thread(to[t]);
        }
      }
    }
  }

  private void threads(byte[] from, byte[] to, int[] old, IntUnaryOperator pc) {
    for (int t = 0; t < old.length; t++) {
      int at = l.threadsAt + t * Layout.THREAD_BYTES;
      System.arraycopy(
          from, l.threadsAt + old[t] * Layout.THREAD_BYTES, to, at, Layout.THREAD_BYTES);
      to[at + State.PC] = (byte) pc.applyAsInt(to[at + State.PC] & 0xff);
      if (to[at + State.FAULT_PHASE] != 0) {
        to[at + State.FAULT_MM] = (byte) newProcess[to[at + State.FAULT_MM]];
      }
    }
  }

  private void handles(byte[] from, byte[] to, int[] old) {
    for (int h = 0; h < old.length; h++) {
      int at = l.handles + h * Layout.HANDLE_BYTES;
      System.arraycopy(from, l.handles + old[h] * Layout.HANDLE_BYTES, to, at, Layout.HANDLE_BYTES);
      if (to[at] != 0) {
        to[at + 2] = (byte) newProcess[to[at + 2]];
      }
    }
    for (int at = l.pipes; at < l.contexts; at++) {
      to[at] = from[at] == 0 ? 0 : (byte) (newHandle[(from[at] & 0xff) - 1] + 1);
    }
  }

  private void seers(byte[] from, byte[] to, int at) {
    for (int w = at; w < at + l.words; w++) {
      int seen = from[w] & 0xff;
      if (seen != State.EVERYBODY && seen != 0) {
        int renamed = 0;
        for (int p = 0; p < l.processes; p++) {
          renamed |= (seen >> p & 1) << newProcess[p];
        }
        to[w] = (byte) renamed;
      }
    }
  }
}
