package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.train.dataset.Finding;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.loop.EpochReport;
import java.util.List;
import java.util.Optional;

/**
 * What a training leaves for its reader, as {@code report.json}; written anew after each epoch.
 *
 * @param labels classes in the order of the logits
 * @param findings of the scan, in words
 * @param skipped damaged files and why each was skipped
 * @param curves one entry an epoch
 * @param result once there is a fused artifact
 */
record TrainingReport(
    List<String> labels,
    int trainingImages,
    int validationImages,
    int testImages,
    List<String> findings,
    List<Skipped> skipped,
    List<EpochReport> curves,
    Optional<Result> result) {

  /** A file that was left out. */
  record Skipped(String file, String reason) {}

  /**
   * @param validation of the fused artifact
   * @param test of the fused artifact, on images that nothing else has touched, if there are any
   * @param liveAccuracy of the version in service on the validation images
   * @param rejection why the candidate was not published
   */
  record Result(
      Scores validation,
      Optional<Scores> test,
      Optional<Double> liveAccuracy,
      Optional<String> rejection,
      Certificate certificate) {}

  /**
   * @param confusion {@code [true class][answered class]}
   */
  record Scores(double accuracy, List<ConfusionMatrix.ClassScore> classes, long[][] confusion) {

    static Scores of(ConfusionMatrix matrix, List<String> labels) {
      return new Scores(matrix.accuracy(), matrix.scores(labels), matrix.counts());
    }
  }

  static TrainingReport of(
      ImageFolder data, SampleReader images, List<EpochReport> curves, Optional<Result> result) {
    return new TrainingReport(
        data.classNames(),
        data.training().size(),
        data.validation().size(),
        data.test().size(),
        data.report().findings().stream().map(Finding::toString).toList(),
        images.corruptFiles().stream()
            .map(file -> new Skipped(data.root().relativize(file.file()).toString(), file.reason()))
            .toList(),
        curves,
        result);
  }
}
