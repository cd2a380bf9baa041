package io.github.vanillanet.cli;

import io.github.vanillanet.train.jobs.Progress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Selects the progress to print where a line cannot be overwritten: the first of each phase and
 * epoch, and one per minute. One thread.
 */
final class ProgressLines implements Consumer<Progress> {

  private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

  private final Consumer<String> lines;
  private Optional<Progress> last = Optional.empty();

  ProgressLines(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public void accept(Progress progress) {
    if (last.isEmpty() || isNews(last.get(), progress)) {
      last = Optional.of(progress);
      lines.accept(words(progress));
    }
  }

  private static boolean isNews(Progress before, Progress progress) {
    return !before.phase().equals(progress.phase())
        || before.epoch() != progress.epoch()
        || !before.validationAccuracy().equals(progress.validationAccuracy())
        || Duration.between(before.time(), progress.time()).compareTo(BETWEEN_LINES) >= 0;
  }

  static String words(Progress progress) {
    if (progress.loss().isEmpty()) {
      return progress.phase();
    }
    return String.format(
            Locale.ROOT,
            "epoch %d/%d  %d px  step %d/%d  loss %.4f",
            progress.epoch() + 1,
            progress.epochs(),
            progress.inputSize().orElse(0),
            progress.step(),
            progress.steps(),
            progress.loss().getAsDouble())
        + text("  validation %.4f", progress.validationAccuracy(), 1)
        + text("  %.0f images/s", progress.imagesPerSecond(), 1)
        + text("  %.0f min left", progress.secondsLeft(), 60);
  }

  private static String text(String format, OptionalDouble value, double unit) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble() / unit) : "";
  }
}
