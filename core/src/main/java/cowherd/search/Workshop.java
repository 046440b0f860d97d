package cowherd.search;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Runs the parts of a round, the first one on the thread that asks. */
final class Workshop implements AutoCloseable {
  private final int threads;
  private final @Nullable ExecutorService others;

  Workshop(int threads) {
    this.threads = threads;
    others =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads - 1, Thread.ofPlatform().daemon().name("search-", 0).factory());
  }

  /** Runs a part on every thread and waits for all. */
  void run(IntConsumer part) {
    if (others == null) {
      part.accept(0);
      return;
    }
    List<Future<?>> running = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      int number = i;
      running.add(others.submit(() -> part.accept(number)));
    }
    try {
      part.accept(0);
    } finally {
      running.forEach(Workshop::await);
    }
  }

  /** Does something for every shard, each on some thread. */
  void shards(int count, IntConsumer work) {
    AtomicInteger next = new AtomicInteger();
    run(_ -> {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        work.accept(i);
      }
    });
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Workshop: interrupted", e);
    }
  }

  @Override
  public void close() {
    if (others != null) {
      others.shutdownNow();
    }
  }
}
