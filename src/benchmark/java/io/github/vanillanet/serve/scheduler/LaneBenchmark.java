package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time of a lane besides the forward pass, which takes no time here. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LaneBenchmark {

  private static final int IMAGES = 8;
  private static final int SIDE = 224;

  private final float[] logits = new float[1000 * IMAGES];
  private final Lane lane = lane(BatchPolicy.single());
  private final Lane combining = lane(new BatchPolicy(IMAGES, Duration.ZERO));
  private final ModelInput image = image();

  private Lane lane(BatchPolicy policy) {
    return new Lane(
        "benchmark",
        List.of(new InstantModel()),
        new LaneSettings(2 * IMAGES, policy, new Scheduler(Ticker.system())),
        ServingMetrics.unobserved().version("benchmark", 1, ""));
  }

  /** The input is on the heap, like that of a request. */
  private static ModelInput image() {
    int bytes = InputKind.IMAGES.sampleBytes(SIDE, SIDE);
    return new ModelInput(
        InputKind.IMAGES, 1, ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder()));
  }

  /** Passes one image to the lane's thread, and its logits back. */
  @Benchmark
  public float[] handOver() {
    return lane.submit(image).join();
  }

  /** The same per image, for eight images in one batch. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public List<float[]> stack() {
    List<CompletableFuture<float[]>> answers = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      answers.add(combining.submit(image));
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  @TearDown
  public void close() {
    lane.close();
    combining.close();
  }

  private final class InstantModel implements ModelInstance {

    @Override
    public void attachToThread() {
      // any thread is allowed
    }

    @Override
    public float[] forward(InputKind kind, ByteBuffer input, int samples) {
      return samples == IMAGES ? logits : new float[1000 * samples];
    }

    @Override
    public void close() {
      // holds no resources
    }
  }
}
