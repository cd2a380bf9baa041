package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Prepares batches ahead of their consumer on its own threads and delivers them in order. Each
 * batch is split into a few tasks per thread, and tasks run in the order of the batches: all
 * threads work on the batch that is needed first. The content of the batches does not depend on the
 * threads.
 *
 * <p>One thread calls {@link #next} and {@link #close}. All buffers are allocated at the start and
 * reused.
 */
final class BatchLoader implements BatchSource.Pass {

  /** Batches prepared ahead. All threads work on one batch, so 2 are enough. */
  static final int AHEAD = 2;

  /** More than 1, so that a thread with slow samples does not hold up the others. */
  private static final int TASKS_PER_THREAD = 4;

  private final FolderBatches source;
  private final BatchOrder order;
  private final int epochs;
  private final int samplesPerTask;
  private final ExecutorService workers;
  private final List<Thread> started = new CopyOnWriteArrayList<>();
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private final Deque<Filling> ahead = new ArrayDeque<>();
  private Optional<ByteBuffer> delivered = Optional.empty();
  private int epoch;
  private int step;
  private int[] epochOrder;
  private volatile boolean closed;

  /**
   * A batch being filled. Each future holds, for some consecutive samples, the index of the sample
   * that was written, if any.
   */
  private record Filling(ByteBuffer buffer, List<Future<List<OptionalInt>>> parts) {}

  BatchLoader(
      FolderBatches source, BatchOrder order, int threads, int epoch, int step, int epochs) {
    this.source = source;
    this.order = order;
    this.epoch = epoch;
    this.step = step;
    this.epochs = epochs;
    this.samplesPerTask = Math.max(1, order.batchSize() / (TASKS_PER_THREAD * threads));
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
    // no interrupts: they would make files that are being read look damaged
    ahead.forEach(filling -> filling.parts.forEach(part -> part.cancel(false)));
    workers.shutdown();
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
      ahead.add(fill(free.remove().clear(), epoch, order.batch(epochOrder, step)));
      step++;
      if (step == order.batches()) {
        step = 0;
        epoch++;
        epochOrder = order.epoch(epoch);
      }
    }
  }

  private Filling fill(ByteBuffer buffer, int epochOfBatch, int[] wanted) {
    FloatBuffer floats = buffer.asFloatBuffer();
    List<Future<List<OptionalInt>>> parts = new ArrayList<>();
    for (int first = 0; first < wanted.length; first += samplesPerTask) {
      int from = first;
      int to = Math.min(wanted.length, first + samplesPerTask);
      parts.add(workers.submit(() -> write(epochOfBatch, wanted, from, to, floats)));
    }
    return new Filling(buffer, parts);
  }

  private List<OptionalInt> write(
      int epochOfBatch, int[] wanted, int from, int to, FloatBuffer floats) {
    List<OptionalInt> written = new ArrayList<>();
    for (int slot = from; slot < to; slot++) {
      if (closed) {
        throw new CancellationException("the loader is closed");
      }
      written.add(source.write(epochOfBatch, wanted[slot], floats, slot * source.sampleFloats()));
    }
    return written;
  }

  /** Waits for all samples, then closes the gaps of missing ones: the batch may be empty. */
  private Batch await(Filling filling) {
    List<OptionalInt> written =
        filling.parts.stream().flatMap(part -> await(part).stream()).toList();
    ByteBuffer buffer = filling.buffer;
    int sampleBytes = source.sampleFloats() * Float.BYTES;
    int[] indices = new int[written.size()];
    int size = 0;
    for (int slot = 0; slot < indices.length; slot++) {
      if (written.get(slot).isPresent()) {
        if (size < slot) {
          buffer.put(size * sampleBytes, buffer, slot * sampleBytes, sampleBytes);
        }
        indices[size++] = written.get(slot).getAsInt();
      }
    }
    indices = Arrays.copyOf(indices, size);
    int[] labels = Arrays.stream(indices).map(source::label).toArray();
    return new Batch(buffer.position(0).limit(size * sampleBytes), labels, indices);
  }

  private static List<OptionalInt> await(Future<List<OptionalInt>> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a batch");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }
}
