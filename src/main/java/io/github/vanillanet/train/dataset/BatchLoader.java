package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
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
 * batches depend on the samples, the seed and the position alone, never on the threads.
 *
 * <p>One thread calls {@link #next} and {@link #close}. {@code prefetch + 1} buffers go round; none
 * is made after the start.
 */
public final class BatchLoader implements AutoCloseable {

  private final SampleSource source;
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

  private BatchLoader(
      SampleSource source, BatchOrder order, LoaderSettings settings, Position start, int epochs) {
    this.source = source;
    this.order = order;
    this.epochs = epochs;
    this.threads = settings.threads();
    this.epoch = start.step() == order.steps() ? start.epoch() + 1 : start.epoch();
    this.step = start.step() == order.steps() ? 0 : start.step();
    this.epochOrder = order.epoch(epoch);
    long bytes = (long) settings.batchSize() * source.sampleFloats() * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "a batch of %d samples takes %d bytes, expected less than 2 GiB"
              .formatted(settings.batchSize(), bytes));
    }
    for (int i = 0; i <= settings.prefetch(); i++) {
      free.add(ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()));
    }
    this.workers = Executors.newFixedThreadPool(threads, this::newThread);
    fillFreeBuffers();
  }

  /**
   * Shuffled, augmented batches of exactly {@code settings.batchSize()}; the remainder of each
   * epoch is dropped. A damaged file's place is taken by the next readable sample.
   *
   * @param start position of the first batch
   * @param epochs end of the last epoch, counted from 0
   * @throws ServiceException {@code BAD_CONFIGURATION} if there are fewer samples than one batch
   *     holds
   */
  public static BatchLoader training(
      SampleReader reader,
      Augmentation augmentation,
      LoaderSettings settings,
      long seed,
      Position start,
      int epochs) {
    if (reader.size() < settings.batchSize()) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "a batch of %d is more than the %d training images"
              .formatted(settings.batchSize(), reader.size()));
    }
    BatchOrder order = new BatchOrder(reader.size(), settings.batchSize(), true, seed);
    if (start.step() > order.steps()) {
      throw new IllegalArgumentException(
          "step %d is not in an epoch of %d steps".formatted(start.step(), order.steps()));
    }
    SampleSource source = new SampleSource(reader, augmentation, true, seed);
    return new BatchLoader(source, order, settings, start, epochs);
  }

  /**
   * Each readable sample once, in order, as the service would see it. Damaged files are left out,
   * so any batch may be smaller than {@code settings.batchSize()}, none is empty.
   */
  public static BatchLoader evaluation(
      SampleReader reader, Preprocessing preprocessing, LoaderSettings settings) {
    if (reader.size() == 0) {
      throw new ServiceException(ErrorCode.BAD_DATASET, "there is no image to evaluate on");
    }
    BatchOrder order = new BatchOrder(reader.size(), settings.batchSize(), false, 0);
    SampleSource source = new SampleSource(reader, new ServingView(preprocessing), false, 0);
    return new BatchLoader(source, order, settings, Position.start(), 1);
  }

  /** Batches of one whole epoch. */
  public int stepsPerEpoch() {
    return order.steps();
  }

  /**
   * The next batch, or empty after the last. Takes back the buffer of the batch before. Waits only
   * if the threads are behind.
   *
   * @throws ServiceException {@code BAD_DATASET} if too many files are damaged; from then on every
   *     call fails the same way
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  public Optional<LabelledBatch> next() {
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
      LabelledBatch batch = await(ahead.element());
      ahead.remove();
      delivered = Optional.of(batch.input());
      if (batch.size() > 0) {
        return Optional.of(batch);
      }
    }
  }

  /**
   * Stops the threads after the sample each has at hand, and joins them, even if the caller is
   * interrupted; its flag stays set.
   */
  @Override
  public void close() {
    closed = true;
    ahead.forEach(BatchFill::cancel);
    workers.shutdown(); // an interrupt would make the files being read look damaged
    boolean interrupted = Thread.interrupted();
    for (Thread thread : started) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // it is one sample's time: not worth leaving threads behind
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
      if (step == order.steps()) {
        step = 0;
        epoch++;
        epochOrder = order.epoch(epoch);
      }
    }
  }

  private static LabelledBatch await(BatchFill fill) {
    try {
      return fill.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a batch");
    }
  }
}
