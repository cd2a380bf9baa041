package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.FaultReason;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The loop of one lane thread: take, compute, answer. Everything in it belongs to that thread. */
final class LaneWorker implements Runnable {

  private final int index;
  private final String lane;
  private final ModelInstance instance;
  private final LaneQueue queue;
  private final BatchPolicy policy;
  private final ServiceTime times;
  private final VersionMeters meters;
  private final Ticker ticker;
  private final LaneHealth health;
  private final LaneJudge judge;
  private final WorkerPulse pulse;

  private volatile List<KnownAnswer> probes = List.of();
  private int probed;
  private ByteBuffer staging = ByteBuffer.allocateDirect(0);

  LaneWorker(
      int index,
      String lane,
      ModelInstance instance,
      LaneQueue queue,
      BatchPolicy policy,
      ServiceTime times,
      VersionMeters meters,
      Ticker ticker,
      LaneHealth health) {
    this.index = index;
    this.lane = lane;
    this.instance = instance;
    this.queue = queue;
    this.policy = policy;
    this.times = times;
    this.meters = meters;
    this.ticker = ticker;
    this.health = health;
    this.judge = new LaneJudge(health);
    this.pulse = new WorkerPulse(ticker.nanos());
  }

  WorkerPulse pulse() {
    return pulse;
  }

  /** What to compute when the queue asks for a probe. From any thread, before it asks. */
  void probes(List<KnownAnswer> known) {
    probes = known;
  }

  @Override
  public void run() {
    try {
      instance.attachToThread();
      Optional<LaneDispatch.Taken> taken = queue.take(index);
      while (taken.isPresent()) {
        pulse.awake();
        work(taken.get());
        pulse.idle();
        taken = queue.take(index);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close() gave up waiting; it fails what is left
    } catch (RuntimeException | Error e) {
      health.report(new LaneFault(FaultReason.THREAD, "the lane's thread ended: " + e, true));
    } finally {
      pulse.ended();
      queue.ended(index);
    }
  }

  private void work(LaneDispatch.Taken taken) {
    taken.dropped().forEach(work -> work.drop(lane));
    if (taken.probe()) {
      probe(probes.get(probed++ % probes.size()));
    } else if (!taken.batch().isEmpty()) {
      execute(taken.batch(), taken.since());
    }
  }

  private void probe(KnownAnswer known) {
    long started = ticker.nanos();
    try {
      pulse.forward(1);
      judge.probeAnswered(
          known, instance.forward(known.input().kind(), known.input().content(), 1));
    } catch (RuntimeException | Error e) {
      judge.probeThrew(e);
    } finally {
      long ended = ticker.nanos();
      pulse.probed(ended, ended - started);
    }
  }

  private void execute(List<Work> batch, long since) {
    long started = ticker.nanos();
    try {
      Optional<float[]> logits =
          batch.size() == 1 ? alone(batch.get(0), since) : Optional.of(combined(batch));
      if (logits.isPresent()) {
        computed(batch, logits.get(), started, since);
      } else {
        batch.forEach(work -> work.drop(lane));
      }
    } catch (RuntimeException | Error e) { // the thread lives on, whatever one forward threw
      judge.threw(e);
      batch.forEach(work -> work.answer().completeExceptionally(e));
    }
  }

  private void computed(List<Work> batch, float[] logits, long started, long since) {
    long inferNanos = ticker.nanos() - started;
    judge.answered(batch.get(0).input().kind(), logits, pulse);
    Optional<LaneFault> fault = health.fault();
    if (fault.isEmpty()) {
      answer(batch, logits, started, inferNanos);
      times.done(batch.stream().mapToInt(Work::samples).sum(), ticker.nanos() - since);
    } else { // told here: who found the fault may come too late to see this batch
      batch.forEach(work -> work.answer().completeExceptionally(fault.get().refusal(lane)));
    }
  }

  private static void answer(List<Work> batch, float[] logits, long started, long inferNanos) {
    int samples = batch.stream().mapToInt(Work::samples).sum();
    int from = 0;
    for (Work work : batch) {
      int to = from + logits.length / samples * work.samples();
      float[] own = batch.size() == 1 ? logits : Arrays.copyOfRange(logits, from, to);
      work.answer().complete(new LaneAnswer(own, started - work.submitted(), inferNanos));
      from = to;
    }
  }

  private float[] combined(List<Work> batch) {
    int samples = batch.stream().mapToInt(Work::samples).sum();
    ModelInput first = batch.get(0).input();
    ByteBuffer together = staging(samples * first.sampleBytes());
    for (Work work : batch) {
      together.put(work.input().content().duplicate());
    }
    return forward(first.kind(), together.flip(), samples);
  }

  /** In pieces, if it is large; nothing if between two of them the rest became pointless. */
  private Optional<float[]> alone(Work work, long since) {
    ModelInput input = work.input();
    if (input.content().isDirect() && policy.take(input.samples()) == input.samples()) {
      return Optional.of(forward(input.kind(), input.content(), input.samples()));
    }
    float[] all = new float[0];
    int done = 0;
    while (done < input.samples()) {
      int left = input.samples() - done;
      if (done > 0 && work.isPointless(Duration.ofNanos(Math.round(times.nanos(left))))) {
        times.done(done, ticker.nanos() - since); // else what is too slow would never be known
        return Optional.empty();
      }
      int count = policy.take(left);
      int bytes = count * input.sampleBytes();
      ByteBuffer piece = staging(bytes);
      int from = input.content().position() + done * input.sampleBytes();
      piece.put(0, input.content(), from, bytes);
      float[] logits = forward(input.kind(), piece, count);
      if (all.length == 0) {
        all = new float[logits.length / count * input.samples()];
      }
      System.arraycopy(logits, 0, all, logits.length / count * done, logits.length);
      done += count;
    }
    return Optional.of(all);
  }

  private float[] forward(InputKind kind, ByteBuffer content, int samples) {
    long started = ticker.nanos();
    pulse.forward(samples);
    float[] logits = instance.forward(kind, content, samples);
    pulse.forward(samples);
    long nanos = ticker.nanos() - started;
    times.computed(nanos);
    meters.inferred(instance.device().toString(), samples, nanos);
    return logits;
  }

  /** The engine reads direct memory without a copy; this buffer is used again by every forward. */
  private ByteBuffer staging(int bytes) {
    if (staging.capacity() < bytes) {
      staging = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
    return staging.clear().limit(bytes);
  }
}
