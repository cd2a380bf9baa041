package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.train.loop.Candidate;
import io.github.vanillanet.train.loop.EpochReport;
import io.github.vanillanet.train.loop.Evaluation;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The epochs of a training as a table of comma-separated values, with a line of names. */
final class MetricsFile {

  private static final String HEADER =
      "epoch,stage,input_size,step,learning_rate,slope,loss,accuracy,model_loss,model_accuracy,"
          + "average_loss,average_accuracy,candidate_accuracy,images_per_second,seconds";

  private MetricsFile() {}

  /** A value that was not measured is empty. */
  static String of(List<EpochReport> curves) {
    return Stream.concat(Stream.of(HEADER), curves.stream().map(MetricsFile::row))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String row(EpochReport epoch) {
    return Stream.of(
            epoch.epoch(),
            epoch.stage(),
            epoch.inputSize(),
            epoch.step(),
            epoch.rate(),
            epoch.slope(),
            epoch.loss(),
            epoch.accuracy(),
            value(epoch.model(), Evaluation::loss),
            value(epoch.model(), Evaluation::accuracy),
            value(epoch.average(), Evaluation::loss),
            value(epoch.average(), Evaluation::accuracy),
            value(epoch.candidate(), Candidate::accuracy),
            epoch.imagesPerSecond(),
            epoch.seconds())
        .map(Object::toString)
        .collect(Collectors.joining(","));
  }

  private static <T> String value(Optional<T> measured, Function<T, Double> value) {
    return measured.map(value).map(Object::toString).orElse("");
  }
}
