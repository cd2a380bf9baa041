package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.serve.metrics.Outcome;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.metrics.Statistics;
import io.github.vanillanet.serve.registry.ServedModel;
import java.util.EnumSet;
import java.util.List;

/**
 * Counters of models in the form of Triton's statistics extension. Both views of a model have the
 * same queue and therefore the same counters.
 */
public record StatisticsView(List<OfModel> modelStats) {

  /**
   * One model since it was loaded.
   *
   * @param lastInference milliseconds since 1970, 0 if there was none
   * @param inferenceCount images
   * @param executionCount forwards
   */
  public record OfModel(
      String name,
      String version,
      long lastInference,
      long inferenceCount,
      long executionCount,
      Inferences inferenceStats,
      List<OfBatch> batchStats) {}

  /** Requests. The service has no cache. */
  public record Inferences(
      Duration success,
      Duration fail,
      Duration queue,
      Duration computeInput,
      Duration computeInfer,
      Duration computeOutput,
      Duration cacheHit,
      Duration cacheMiss) {}

  /** Requests of one size. A forward may compute a part of a request, or several requests. */
  public record OfBatch(
      int batchSize, Duration computeInput, Duration computeInfer, Duration computeOutput) {}

  /** A count and the sum of its nanoseconds. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Duration(long count, long ns) {

    private static final Duration NONE = new Duration(0, 0);

    private static Duration of(Statistics.Answers answers, Stage... stages) {
      return new Duration(answers.requests(), answers.nanos(stages));
    }
  }

  static OfModel of(String name, ServedModel model) {
    Statistics counted = model.meters().statistics();
    Statistics.Answers answers = counted.answers();
    long failures = counted.requests(EnumSet.complementOf(EnumSet.of(Outcome.SUCCESS)));
    return new OfModel(
        name,
        Integer.toString(model.id().version()),
        counted.lastMillis(),
        counted.images(),
        counted.forwards(),
        new Inferences(
            Duration.of(answers, Stage.TOTAL),
            new Duration(failures, counted.failedNanos()),
            Duration.of(answers, Stage.QUEUE),
            Duration.of(answers, Stage.DECODE, Stage.PREPROCESS),
            Duration.of(answers, Stage.INFER),
            Duration.of(answers, Stage.POSTPROCESS),
            Duration.NONE,
            Duration.NONE),
        counted.byBatch().entrySet().stream()
            .map(
                batch ->
                    new OfBatch(
                        batch.getKey(),
                        Duration.of(batch.getValue(), Stage.DECODE, Stage.PREPROCESS),
                        Duration.of(batch.getValue(), Stage.INFER),
                        Duration.of(batch.getValue(), Stage.POSTPROCESS)))
            .toList());
  }
}
