package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The loop of one worker thread: take a task, compute, answer. Confined to that thread. */
final class LaneWorker implements Runnable {

  private final int index;
  private final ModelInstance instance;
  private final Scheduler scheduler;
  private final LaneQueue lane;
  private final LaneMonitor monitor;
  private final VersionMeters meters;
  private final Ticker ticker;
  private final String device;
  private final Optional<Recomputer> recomputer;
  private final Staging staging = new Staging();

  LaneWorker(
      int index,
      ModelInstance instance,
      Scheduler scheduler,
      LaneQueue lane,
      LaneMonitor monitor,
      VersionMeters meters) {
    this.index = index;
    this.instance = instance;
    this.scheduler = scheduler;
    this.lane = lane;
    this.monitor = monitor;
    this.meters = meters;
    this.ticker = scheduler.ticker();
    this.device = instance.device().toString();
    this.recomputer =
        instance
            .exact()
            .map(exact -> new Recomputer(index, exact, scheduler, lane, monitor, meters));
  }

  @Override
  public void run() {
    try {
      monitor.started(index, ProcessorWait.ofThisThread()::nanos);
      instance.attachToThread();
      Optional<Scheduler.Task> task = scheduler.next(lane, index);
      while (task.isPresent()) {
        execute(task.get());
        monitor.idle(index);
        task = scheduler.next(lane, index);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Lane.close does not wait any longer
    } catch (RuntimeException | Error e) {
      monitor.report(new LaneFault(FaultReason.THREAD, "the worker thread ended: " + e, true));
    } finally {
      monitor.ended(index);
      scheduler.ended(lane, index);
    }
  }

  private void execute(Scheduler.Task task) {
    monitor.busy(index, 1);
    task.dropped().forEach(work -> work.drop());
    if (task.probe()) {
      monitor.probe(index, instance);
    } else if (!task.batch().isEmpty()) {
      compute(task.batch(), task.since());
    }
  }

  private void compute(List<Reservation> batch, long since) {
    long started = ticker.nanos();
    try {
      Optional<float[]> logits =
          batch.size() == 1 ? alone(batch.get(0), since) : Optional.of(combined(batch));
      if (logits.isPresent()) {
        answer(batch, logits.get(), started, since);
      } else {
        batch.forEach(work -> work.drop());
      }
    } catch (RuntimeException | Error e) { // the thread survives the failure of a forward
      monitor.failed(index, e);
      batch.forEach(work -> work.answer.completeExceptionally(e));
    }
  }

  private void answer(List<Reservation> batch, float[] logits, long started, long since) {
    long ended = ticker.nanos();
    monitor.answered(index, batch.get(0).input.kind(), logits);
    int samples = Reservation.images(batch);
    Optional<RecomputationCost> cost = lane.recomputation;
    long recomputing = 0;
    if (cost.isPresent() && lane.fault.isEmpty()) {
      recomputing = recomputer.orElseThrow().answer(cost.get(), batch, logits, started);
    } else {
      int columns = logits.length / samples;
      int from = 0;
      for (Reservation work : batch) {
        int to = from + columns * work.images;
        float[] own = batch.size() == 1 ? logits : Arrays.copyOfRange(logits, from, to);
        work.complete(own, started, ended);
        from = to;
      }
    }
    if (lane.fault.isEmpty()) {
      lane.done(samples, ticker.nanos() - since - recomputing);
    }
  }

  private float[] combined(List<Reservation> batch) {
    int samples = Reservation.images(batch);
    ModelInput first = batch.get(0).input;
    ByteBuffer together = staging.clear(samples * first.sampleBytes());
    for (Reservation work : batch) {
      together.put(work.input.content().duplicate());
    }
    return forward(first.kind(), together.flip(), samples);
  }

  /**
   * Computes a large work in pieces. Empty if the answer is no longer needed after one of the
   * pieces.
   */
  private Optional<float[]> alone(Reservation work, long since) {
    ModelInput input = work.input;
    BatchPolicy policy = lane.policy;
    if (input.content().isDirect() && policy.take(work.images) == work.images) {
      return Optional.of(forward(input.kind(), input.content(), work.images));
    }
    float[] all = new float[0];
    int done = 0;
    while (done < work.images) {
      int left = work.images - done;
      if (done > 0 && work.isPointless(lane.leastNanos(left))) {
        lane.done(done, ticker.nanos() - since); // too slow, so the estimate must grow
        return Optional.empty();
      }
      int count = policy.take(left);
      int bytes = count * input.sampleBytes();
      ByteBuffer piece = staging.clear(bytes);
      int from = input.content().position() + done * input.sampleBytes();
      piece.put(0, input.content(), from, bytes);
      float[] logits = forward(input.kind(), piece, count);
      if (all.length == 0) {
        all = new float[logits.length / count * work.images];
      }
      System.arraycopy(logits, 0, all, logits.length / count * done, logits.length);
      done += count;
    }
    return Optional.of(all);
  }

  private float[] forward(InputKind kind, ByteBuffer content, int samples) {
    long started = ticker.nanos();
    monitor.busy(index, samples);
    float[] logits = instance.forward(kind, content, samples);
    monitor.busy(index, samples);
    long nanos = ticker.nanos() - started;
    lane.computed(nanos);
    meters.inferred(device, samples, nanos);
    return logits;
  }
}
