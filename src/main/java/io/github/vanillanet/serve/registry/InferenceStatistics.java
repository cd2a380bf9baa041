package io.github.vanillanet.serve.registry;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a served version has done since it was loaded, counted as Triton's statistics extension
 * does: requests and nanoseconds by stage. Thread-safe; a snapshot may be torn between counters.
 *
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md">the
 *     statistics extension</a>
 */
public final class InferenceStatistics {

  /** Batches larger than this are counted in no batch size of their own. */
  private static final int LARGEST_BATCH = 1024;

  /** How often, and for how long altogether. */
  public record Total(long count, long nanos) {}

  /** By stage: decoding and resizing, waiting, the forward, softmax and labels. */
  public record Stages(Total input, Total queue, Total infer, Total output) {}

  /** Everything at one moment. */
  public record Snapshot(
      Optional<Instant> last,
      long samples,
      Total success,
      Total failure,
      Stages stages,
      Map<Integer, Stages> batches) {}

  /** One total. */
  private record Counter(LongAdder count, LongAdder nanos) {
    Counter() {
      this(new LongAdder(), new LongAdder());
    }

    void add(long elapsed) {
      count.increment();
      nanos.add(elapsed);
    }

    Total total() {
      return new Total(count.sum(), nanos.sum());
    }
  }

  /** All stages. */
  private record Counters(Counter input, Counter queue, Counter infer, Counter output) {
    Counters() {
      this(new Counter(), new Counter(), new Counter(), new Counter());
    }

    void add(long inputNanos, long queueNanos, long inferNanos, long outputNanos) {
      input.add(inputNanos);
      queue.add(queueNanos);
      infer.add(inferNanos);
      output.add(outputNanos);
    }

    Stages stages() {
      return new Stages(input.total(), queue.total(), infer.total(), output.total());
    }
  }

  private final AtomicLong lastMillis = new AtomicLong();
  private final LongAdder samples = new LongAdder();
  private final Counter success = new Counter();
  private final Counter failure = new Counter();
  private final Counters stages = new Counters();
  private final Map<Integer, Counters> batches = new ConcurrentSkipListMap<>();

  InferenceStatistics() {}

  /** A request begins. */
  public Request begin() {
    return new Request();
  }

  /** One request; used by one thread. */
  public final class Request {

    private final long started = System.nanoTime();
    private long prepared = started;

    private Request() {}

    /** Its input is ready for the model. */
    public void prepared() {
      prepared = System.nanoTime();
    }

    /** It is answered. */
    public void succeeded(int batch, long queueNanos, long inferNanos) {
      long ended = System.nanoTime();
      long input = prepared - started;
      long output = Math.max(0, ended - prepared - queueNanos - inferNanos);
      samples.add(batch);
      success.add(ended - started);
      stages.add(input, queueNanos, inferNanos, output);
      if (batch <= LARGEST_BATCH) {
        batches
            .computeIfAbsent(batch, size -> new Counters())
            .add(input, queueNanos, inferNanos, output);
      }
      lastMillis.set(System.currentTimeMillis());
    }

    /** It got no answer. */
    public void failed() {
      failure.add(System.nanoTime() - started);
    }
  }

  public Snapshot snapshot() {
    Map<Integer, Stages> byBatch = new TreeMap<>();
    batches.forEach((size, counters) -> byBatch.put(size, counters.stages()));
    Stages all = stages.stages();
    return new Snapshot(
        Optional.of(lastMillis.get()).filter(millis -> millis > 0).map(Instant::ofEpochMilli),
        samples.sum(),
        success.total(),
        failure.total(),
        all,
        byBatch);
  }
}
