package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.AnswerCheck;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Computes the uncertain answers of a batch again in float32, before they are answered. All other
 * requests of the batch are answered first. An answer whose deadline leaves no time stays as it is.
 * Confined to the thread of one worker.
 */
final class Recomputer {

  private final int index;
  private final ModelInstance exact;
  private final Scheduler scheduler;
  private final LaneQueue lane;
  private final LaneMonitor monitor;
  private final VersionMeters meters;
  private final Ticker ticker;
  private final Staging staging = new Staging();

  Recomputer(
      int index,
      ModelInstance exact,
      Scheduler scheduler,
      LaneQueue lane,
      LaneMonitor monitor,
      VersionMeters meters) {
    this.index = index;
    this.exact = exact;
    this.scheduler = scheduler;
    this.lane = lane;
    this.monitor = monitor;
    this.meters = meters;
    this.ticker = scheduler.ticker();
  }

  /** One request with its rows, which end with their check. */
  private static final class Pending {
    final Reservation work;
    final float[] rows;
    final Deque<Integer> uncertain = new ArrayDeque<>(); // images to compute again

    Pending(Reservation work, float[] rows) {
      this.work = work;
      this.rows = rows;
    }

    void set(int image, float[] from, int offset, int width, AnswerCheck check) {
      System.arraycopy(from, offset, rows, image * (width + 1), width);
      rows[image * (width + 1) + width] = check.ordinal();
    }
  }

  /**
   * Answers every request of a batch.
   *
   * @param rows of the reduced precision
   * @param started when the first forward began
   * @return nanoseconds of all second forwards
   */
  long answer(RecomputationCost cost, List<Reservation> batch, float[] rows, long started) {
    int samples = Reservation.images(batch);
    int width = rows.length / samples;
    int[] checks = new int[AnswerCheck.values().length];
    List<Pending> pending = new ArrayList<>();
    int first = 0;
    for (Reservation work : batch) {
      Pending own = new Pending(work, new float[work.images * (width + 1)]);
      for (int image = 0; image < work.images; image++) {
        int from = (first + image) * width;
        boolean uncertain = cost.net.recomputes(rows, from, cost.classes);
        own.set(image, rows, from, width, uncertain ? AnswerCheck.UNCHECKED : AnswerCheck.CLEAR);
        if (uncertain) {
          own.uncertain.add(image);
        }
      }
      first += work.images;
      checks[AnswerCheck.CLEAR.ordinal()] += work.images - own.uncertain.size();
      if (own.uncertain.isEmpty()) {
        work.complete(own.rows, started, ticker.nanos());
      } else {
        pending.add(own);
      }
    }
    final long begun = ticker.nanos();
    pending.sort(Comparator.comparing(own -> own.work.deadline.remaining()));
    for (int left = affordable(cost, pending, started, checks);
        left > 0;
        left = affordable(cost, pending, started, checks)) {
      scheduler.extend(lane, index, cost.nanos(left));
      int size = lane.policy.take(left);
      forward(pending, size, width);
      checks[AnswerCheck.RECOMPUTED.ordinal()] += size;
    }
    long nanos = ticker.nanos() - begun;
    cost.learn(samples, checks[AnswerCheck.RECOMPUTED.ordinal()], nanos);
    meters.checked(checks);
    return nanos;
  }

  /**
   * Answers the requests that have no uncertain image left, and those whose deadline leaves no time
   * for their images and the ones before them.
   *
   * @return images that remain
   */
  private int affordable(
      RecomputationCost cost, List<Pending> pending, long started, int[] checks) {
    int[] left = {0};
    pending.removeIf(
        own -> {
          int images = own.uncertain.size();
          boolean wanted = images > 0 && !own.work.answer.isDone();
          if (wanted && own.work.deadline.allows(cost.needed(left[0] + images))) {
            left[0] += images;
            return false;
          }
          checks[AnswerCheck.UNCHECKED.ordinal()] += wanted ? images : 0;
          own.work.complete(own.rows, started, ticker.nanos());
          return true;
        });
    return left[0];
  }

  /** Computes the first {@code size} uncertain images together. */
  private void forward(List<Pending> pending, int size, int width) {
    ModelInput any = pending.get(0).work.input;
    int bytes = any.sampleBytes();
    ByteBuffer images = staging.clear(size * bytes);
    List<Pending> owners = new ArrayList<>(size);
    for (Pending own : pending) {
      ByteBuffer content = own.work.input.content();
      own.uncertain.stream()
          .limit(size - owners.size())
          .forEach(
              image -> {
                int from = content.position() + image * bytes;
                images.put(owners.size() * bytes, content, from, bytes);
                owners.add(own);
              });
    }
    long started = ticker.nanos();
    monitor.busy(index, size);
    float[] rows = exact.forward(any.kind(), images, size);
    monitor.busy(index, size);
    meters.recomputed(exact.device().toString(), size, ticker.nanos() - started);
    monitor.answered(index, any.kind(), rows);
    for (int sample = 0; sample < size; sample++) {
      Pending own = owners.get(sample);
      own.set(own.uncertain.removeFirst(), rows, sample * width, width, AnswerCheck.RECOMPUTED);
    }
    long nanos = ticker.nanos() - started;
    pending.forEach(own -> own.work.recomputedNanos += nanos);
  }
}
