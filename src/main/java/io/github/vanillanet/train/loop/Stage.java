package io.github.vanillanet.train.loop;

import static io.github.vanillanet.train.loop.Ranges.MOST;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * A part of a training with one input size and one learning rate schedule. Weights, optimizer state
 * and moving average continue into the next stage.
 *
 * @param inputSize height and width in pixels
 * @param batchSize images per forward pass
 * @param learningRate at the top of the stage's schedule
 * @param minLearningRate at the end of its cosine
 * @param warmupEpochs of linear warm-up from 0
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Stage(
    int inputSize,
    int epochs,
    int batchSize,
    double learningRate,
    double minLearningRate,
    double warmupEpochs) {

  static final int LEAST_INPUT = 8;

  /**
   * @param prefix of the members' names in messages
   */
  void check(String prefix, Ranges ranges) {
    ranges.atLeast(prefix + "input_size", inputSize, LEAST_INPUT);
    ranges.atLeast(prefix + "epochs", epochs, 1);
    ranges.atLeast(prefix + "batch_size", batchSize, 1);
    ranges.range(prefix + "learning_rate", learningRate, 0, MOST);
    ranges.range(prefix + "min_learning_rate", minLearningRate, 0, MOST);
    ranges.range(prefix + "warmup_epochs", warmupEpochs, 0, Math.max(1, epochs));
  }

  /** Checks the stages of a recipe against its own members. */
  static void checkConsistent(List<Stage> stages, int epochs, int inputSize, Ranges ranges) {
    if (stages.isEmpty()) {
      return;
    }
    for (int i = 0; i < stages.size(); i++) {
      stages.get(i).check("stages[%d].".formatted(i), ranges);
    }
    int sum = stages.stream().mapToInt(Stage::epochs).sum();
    ranges.require(
        sum == epochs,
        "epochs: the stages have %d epochs together, found %d; leave out epochs",
        sum,
        epochs);
    int last = stages.get(stages.size() - 1).inputSize();
    ranges.require(
        last == inputSize,
        "input_size: the last stage has %d pixels, found %d; leave out input_size",
        last,
        inputSize);
  }

  LearningRateSchedule rates(int stepsPerEpoch) {
    return new LearningRateSchedule(
        learningRate,
        minLearningRate,
        Math.multiplyExact(epochs, stepsPerEpoch),
        (int) Math.round(warmupEpochs * stepsPerEpoch));
  }
}
