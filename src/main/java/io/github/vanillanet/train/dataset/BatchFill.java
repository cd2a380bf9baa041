package io.github.vanillanet.train.dataset;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One batch while threads fill it. Each thread claims the next slot until none is left, so that all
 * threads work on the batch that is needed first.
 */
final class BatchFill {

  private static final int MISSING = -1;

  private final FolderBatches source;
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
   * @param buffer with room for {@code wanted.length} samples; reserved until {@link #await}
   *     returns
   */
  BatchFill(FolderBatches source, int epoch, int[] wanted, ByteBuffer buffer) {
    this.source = source;
    this.epoch = epoch;
    this.wanted = wanted;
    this.written = new int[wanted.length];
    this.buffer = buffer;
    this.floats = buffer.clear().asFloatBuffer();
  }

  /** Fills slots until all are claimed. {@link #await} throws its failure. */
  void work() {
    try {
      for (int slot = nextSlot.getAndIncrement();
          slot < wanted.length;
          slot = nextSlot.getAndIncrement()) {
        OptionalInt index = source.write(epoch, wanted[slot], floats, slot * source.sampleFloats());
        written[slot] = index.orElse(MISSING);
        if (filledSlots.incrementAndGet() == wanted.length) {
          filled.complete(true);
        }
      }
    } catch (RuntimeException | Error e) {
      cancel();
      filled.completeExceptionally(e);
    }
  }

  /** Prevents threads from claiming further slots. */
  void cancel() {
    nextSlot.set(wanted.length);
  }

  /** Waits for the last slot, then closes the gaps of missing samples: the batch may be empty. */
  Batch await() throws InterruptedException {
    try {
      filled.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
    int sampleBytes = source.sampleFloats() * Float.BYTES;
    int size = 0;
    for (int slot = 0; slot < written.length; slot++) {
      if (written[slot] != MISSING) {
        if (size < slot) {
          buffer.put(size * sampleBytes, buffer, slot * sampleBytes, sampleBytes);
        }
        written[size++] = written[slot];
      }
    }
    int[] indices = Arrays.copyOf(written, size);
    int[] labels = Arrays.stream(indices).map(source::label).toArray();
    return new Batch(buffer.position(0).limit(size * sampleBytes), labels, indices);
  }
}
