package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Prepares batches ahead of their consumer on its own threads and delivers them in order. The
 * content of the batches does not depend on the threads.
 *
 * <p>One thread calls {@link #next} and {@link #close}. All buffers are allocated at the start and
 * reused.
 */
final class BatchLoader implements BatchSource.Pass {

  /** Batches prepared ahead. All threads work on one batch, so 2 are enough. */
  static final int AHEAD = 2;

  private final FolderBatches source;
  private final BatchOrder order;
  private final int epochs;
  private final int threads;
  private final ExecutorService workers;
  private final List<Thread> started = new CopyOnWriteArrayList<>();
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private final Deque<BatchFill> ahead = new ArrayDeque<>();
  private Optional<ByteBuffer> delivered = Optional.empty();
  private int epoch;
  private int step;
  private int[] epochOrder;
  private boolean closed;

  BatchLoader(
      FolderBatches source, BatchOrder order, int threads, int epoch, int step, int epochs) {
    this.source = source;
    this.order = order;
    this.threads = threads;
    this.epoch = epoch;
    this.step = step;
    this.epochs = epochs;
    this.epochOrder = order.epoch(epoch);
    int bytes = order.batchSize() * source.sampleFloats() * Float.BYTES;
    for (int i = 0; i <= AHEAD; i++) {
      free.add(ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
    }
    this.workers = Executors.newFixedThreadPool(threads, this::newThread);
    fillFreeBuffers();
  }

  /**
   * Waits only if the threads are behind.
   *
   * @throws ServiceException {@code BAD_DATASET} if too many files are damaged; every later call
   *     fails the same way
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  @Override
  public Optional<Batch> next() {
    if (closed) {
      throw new IllegalStateException("the loader is closed");
    }
    while (true) {
      delivered.ifPresent(free::add);
      delivered = Optional.empty();
      fillFreeBuffers();
      if (ahead.isEmpty()) {
        return Optional.empty();
      }
      Batch batch = await(ahead.element());
      ahead.remove();
      delivered = Optional.of(batch.input());
      if (batch.size() > 0) {
        return Optional.of(batch);
      }
    }
  }

  /**
   * Stops each thread after its current sample and joins it. An interrupted caller joins too; its
   * flag stays set.
   */
  @Override
  public void close() {
    closed = true;
    ahead.forEach(BatchFill::cancel);
    workers.shutdown(); // an interrupt would make files that are being read look damaged
    boolean interrupted = Thread.interrupted();
    for (Thread thread : started) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // keep joining: it takes the time of one sample
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "batch-loader-" + (started.size() + 1));
    started.add(thread);
    return thread;
  }

  private void fillFreeBuffers() {
    while (epoch < epochs && !free.isEmpty()) {
      int[] wanted = order.batch(epochOrder, step);
      BatchFill fill = new BatchFill(source, epoch, wanted, free.remove());
      ahead.add(fill);
      for (int i = 0; i < Math.min(threads, wanted.length); i++) {
        workers.execute(fill::work);
      }
      step++;
      if (step == order.batches()) {
        step = 0;
        epoch++;
        epochOrder = order.epoch(epoch);
      }
    }
  }

  private static Batch await(BatchFill fill) {
    try {
      return fill.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a batch");
    }
  }
}
