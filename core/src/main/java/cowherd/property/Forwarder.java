package cowherd.property;

import cowherd.operation.MemoryObserver;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for an observer that is made later: a machine needs its observer before the properties,
 * which look at the state of the machine, can be made. Until then, and without them, nobody hears.
 */
public final class Forwarder implements MemoryObserver {
  private @Nullable MemoryObserver to;

  /** Who hears from now on. */
  public void to(MemoryObserver observer) {
    to = observer;
  }

  @Override
  public void stored(int process, int page) {
    if (to != null) {
      to.stored(process, page);
    }
  }

  @Override
  public void waitsForEvent(int process, int page, boolean reader) {
    if (to != null) {
      to.waitsForEvent(process, page, reader);
    }
  }

  @Override
  public void handedOutStale(boolean pin, int owner) {
    if (to != null) {
      to.handedOutStale(pin, owner);
    }
  }

  @Override
  public void usedAfterFree() {
    if (to != null) {
      to.usedAfterFree();
    }
  }

  @Override
  public void released() {
    if (to != null) {
      to.released();
    }
  }
}
