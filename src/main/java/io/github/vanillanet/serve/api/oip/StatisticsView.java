package io.github.vanillanet.serve.api.oip;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.serve.registry.InferenceStatistics;
import io.github.vanillanet.serve.registry.ServedModel;
import java.time.Instant;
import java.util.List;

/**
 * What models have done, as Triton's statistics extension tells it. Both views of a model are the
 * same model behind the same queue, and so are their counters.
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

  /** Requests. Nothing is cached. */
  public record Inferences(
      Duration success,
      Duration fail,
      Duration queue,
      Duration computeInput,
      Duration computeInfer,
      Duration computeOutput,
      Duration cacheHit,
      Duration cacheMiss) {}

  /** Requests of one size; a forward may have been of a part of it, or of several requests. */
  public record OfBatch(
      int batchSize, Duration computeInput, Duration computeInfer, Duration computeOutput) {}

  /** How often, and nanoseconds altogether. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Duration(long count, long ns) {

    private static final Duration NONE = new Duration(0, 0);

    private static Duration of(InferenceStatistics.Total total) {
      return new Duration(total.count(), total.nanos());
    }
  }

  static OfModel of(String name, ServedModel model) {
    InferenceStatistics.Snapshot snapshot = model.statistics().snapshot();
    InferenceStatistics.Stages stages = snapshot.stages();
    return new OfModel(
        name,
        Integer.toString(model.id().version()),
        snapshot.last().map(Instant::toEpochMilli).orElse(0L),
        snapshot.samples(),
        model.executions(),
        new Inferences(
            Duration.of(snapshot.success()),
            Duration.of(snapshot.failure()),
            Duration.of(stages.queue()),
            Duration.of(stages.input()),
            Duration.of(stages.infer()),
            Duration.of(stages.output()),
            Duration.NONE,
            Duration.NONE),
        snapshot.batches().entrySet().stream()
            .map(
                batch ->
                    new OfBatch(
                        batch.getKey(),
                        Duration.of(batch.getValue().input()),
                        Duration.of(batch.getValue().infer()),
                        Duration.of(batch.getValue().output())))
            .toList());
  }
}
