package io.github.vanillanet.train.dataset;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One batch being filled by any number of threads. Each claims the next slot until none is left, so
 * that all threads work on the batch that is needed first.
 */
final class BatchFill {

  private static final int MISSING = -1;

  private final SampleSource source;
  private final int epoch;
  private final int[] wanted;
  private final int[] written;
  private final ByteBuffer buffer;
  private final FloatBuffer floats;
  private final AtomicInteger nextSlot = new AtomicInteger();
  private final AtomicInteger filledSlots = new AtomicInteger();
  private final CompletableFuture<Boolean> filled = new CompletableFuture<>();

  /**
   * @param wanted sample indices, one per slot
   * @param buffer with room for {@code wanted.length} samples; nobody else touches it until {@link
   *     #await} has returned
   */
  BatchFill(SampleSource source, int epoch, int[] wanted, ByteBuffer buffer) {
    this.source = source;
    this.epoch = epoch;
    this.wanted = wanted;
    this.written = new int[wanted.length];
    this.buffer = buffer;
    this.floats = buffer.clear().asFloatBuffer();
  }

  /** Fills slots until all are claimed. A failure reaches the caller of {@link #await}. */
  void work() {
    try {
      int slot = nextSlot.getAndIncrement();
      while (slot < wanted.length) {
        OptionalInt index = source.write(epoch, wanted[slot], floats, slot * source.sampleFloats());
        written[slot] = index.orElse(MISSING);
        if (filledSlots.incrementAndGet() == wanted.length) {
          filled.complete(true);
        }
        slot = nextSlot.getAndIncrement();
      }
    } catch (RuntimeException | Error e) {
      cancel();
      filled.completeExceptionally(e);
    }
  }

  /** Lets no further slot be claimed; those being filled are finished. */
  void cancel() {
    nextSlot.set(wanted.length);
  }

  /**
   * Waits for the last slot. Empty slots are closed up, so the batch may be smaller than wanted, or
   * empty.
   */
  LabelledBatch await() throws InterruptedException {
    try {
      filled.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
    int sampleBytes = source.sampleFloats() * Float.BYTES;
    int[] indices = new int[written.length];
    int size = 0;
    for (int slot = 0; slot < written.length; slot++) {
      if (written[slot] != MISSING) {
        if (size < slot) {
          buffer.put(size * sampleBytes, buffer, slot * sampleBytes, sampleBytes);
        }
        indices[size++] = written[slot];
      }
    }
    return batch(Arrays.copyOf(indices, size), size * sampleBytes);
  }

  private LabelledBatch batch(int[] indices, int bytes) {
    int[] labels = new int[indices.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = source.reader().sample(indices[i]).label();
    }
    return new LabelledBatch(buffer.position(0).limit(bytes), labels, indices);
  }
}
