package io.github.vanillanet.app;

import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.jobs.TrainingMeters;
import io.github.vanillanet.train.jobs.TrainingSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What the meters of trainings read off the jobs. */
final class TrainingNumbers {

  private TrainingNumbers() {}

  /**
   * @param jobs oldest first
   */
  static void open(TrainingMeters meters, Supplier<List<Job>> jobs) {
    List<String> states = Arrays.stream(JobState.values()).map(TrainingNumbers::label).toList();
    List<String> ends =
        Arrays.stream(JobState.values())
            .filter(JobState::ended)
            .map(TrainingNumbers::label)
            .toList();
    meters.open(states, ends, () -> snapshot(jobs.get()));
  }

  static String label(JobState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  static TrainingSnapshot snapshot(List<Job> jobs) {
    Map<String, Long> counts =
        jobs.stream()
            .collect(Collectors.groupingBy(job -> label(job.state()), Collectors.counting()));
    return jobs.stream()
        .filter(job -> job.state() == JobState.RUNNING)
        .findFirst()
        .flatMap(Job::progress)
        .filter(progress -> progress.steps() > 0)
        .map(progress -> running(counts, progress))
        .orElseGet(() -> TrainingSnapshot.idle(counts));
  }

  private static TrainingSnapshot running(Map<String, Long> counts, Progress progress) {
    return new TrainingSnapshot(
        counts,
        Math.min(progress.epoch() + 1, progress.epochs()), // both stand at the end afterwards
        progress.epochs(),
        Math.min(progress.step() + 1, progress.steps()),
        progress.steps(),
        number(progress.loss()),
        number(progress.accuracy()),
        number(progress.validationAccuracy()),
        number(progress.learningRate()),
        number(progress.slope()),
        number(progress.imagesPerSecond()),
        number(progress.secondsLeft()));
  }

  private static double number(OptionalDouble value) {
    return value.orElse(Double.NaN);
  }
}
