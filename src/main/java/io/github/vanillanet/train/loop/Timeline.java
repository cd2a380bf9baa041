package io.github.vanillanet.train.loop;

import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a training, divided into stages and epochs. Steps and epochs are 0-based and counted
 * over the whole training.
 */
record Timeline(List<Span> spans) {

  /**
   * One stage.
   *
   * @param index 0-based
   * @param batches steps per epoch
   */
  record Span(
      Stage stage,
      int index,
      int firstEpoch,
      int firstStep,
      int batches,
      LearningRateSchedule rates) {

    int epoch(int step) {
      return firstEpoch + (step - firstStep) / batches;
    }

    int stepInEpoch(int step) {
      return (step - firstStep) % batches;
    }

    int endStep() {
      return firstStep + rates.totalSteps();
    }

    double rate(int step) {
      return rates.at(step - firstStep);
    }
  }

  /**
   * @param batches steps per epoch of each stage
   */
  static Timeline of(List<Stage> stages, List<Integer> batches) {
    List<Span> spans = new ArrayList<>();
    int epoch = 0;
    int step = 0;
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      LearningRateSchedule rates = stage.rates(batches.get(i));
      spans.add(new Span(stage, i, epoch, step, batches.get(i), rates));
      epoch += stage.epochs();
      step = Math.addExact(step, rates.totalSteps());
    }
    return new Timeline(List.copyOf(spans));
  }

  Span last() {
    return spans.get(spans.size() - 1);
  }

  int totalSteps() {
    return last().endStep();
  }

  /** The stage that runs {@code step}; the last stage after the end. */
  Span at(int step) {
    return spans.stream().filter(span -> step < span.endStep()).findFirst().orElse(last());
  }
}
