package io.github.vanillanet.serve.inference;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Computes the five most probable labels from 1000 logits. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SoftmaxBenchmark {

  private static final int CLASSES = 1000;
  private static final int BEST = 5;

  private final Inference inference = inference();

  private static Inference inference() {
    List<String> labels = IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
    float[] logits = new float[CLASSES];
    Random random = new Random(1);
    for (int i = 0; i < CLASSES; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    return new Inference(
        "benchmark",
        1,
        true,
        labels,
        1,
        new double[0],
        1,
        logits,
        OptionalDouble.empty(),
        Optional.empty(),
        new float[0],
        "float32",
        new float[0],
        Optional.empty(),
        Collections.emptySortedMap(),
        Collections.emptySortedMap());
  }

  @Benchmark
  public List<Prediction> softmaxAndBest() {
    return inference.top(0, BEST);
  }
}
