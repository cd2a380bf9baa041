package io.github.vanillanet.train.pipeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.train.dataset.Finding;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.gate.CalibrationFit;
import io.github.vanillanet.train.gate.ConfusionMatrix;
import io.github.vanillanet.train.gate.Reliability;
import io.github.vanillanet.train.gate.Verdict;
import io.github.vanillanet.train.jobs.Evidence;
import io.github.vanillanet.train.jobs.Ruling;
import io.github.vanillanet.train.look.RecipeChoice;
import io.github.vanillanet.train.loop.EpochReport;
import io.github.vanillanet.train.loop.Recipe;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code report.json}, replaced after each epoch.
 *
 * @param recipe completed from the request
 * @param reasons why a chosen member of the recipe has its value
 * @param labels classes in the order of the logits
 * @param findings of the scan, each with every file that it concerns
 * @param skipped every file that was not used, for training, validation or test
 * @param curves one entry per epoch
 * @param result present once there is a fused artifact
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record TrainingReport(
    Recipe recipe,
    Map<String, String> reasons,
    List<String> labels,
    int trainingImages,
    int validationImages,
    int testImages,
    List<String> findings,
    List<Skipped> skipped,
    List<EpochReport> curves,
    Optional<Result> result) {

  record Skipped(String file, String reason) {}

  /**
   * All scores are those of the fused artifact.
   *
   * @param test on images that decide nothing, if there are any
   * @param calibration absent with too few validation images
   * @param mistakes in the validation images, the most frequent first
   * @param liveAccuracy of the live version on the images of the comparison
   * @param verdict the ruling in full sentences
   * @param evidence the numbers behind the ruling
   * @param rejection why the candidate is not published
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Result(
      Scores validation,
      Optional<Scores> test,
      Optional<CalibrationView> calibration,
      List<MistakesView> mistakes,
      Optional<Double> liveAccuracy,
      Ruling ruling,
      String verdict,
      Evidence evidence,
      Optional<String> rejection,
      Certificate certificate) {

    static Result of(Verdict verdict, List<String> labels, List<MistakesView> mistakes) {
      return new Result(
          Scores.of(verdict.validation(), labels),
          verdict.test().map(matrix -> Scores.of(matrix, labels)),
          verdict.calibration().map(CalibrationView::of),
          mistakes,
          verdict.evidence().comparison().map(Evidence.Comparison::liveAccuracy),
          verdict.ruling(),
          verdict.words(),
          verdict.evidence(),
          verdict.reason().filter(reason -> !verdict.ruling().publishes()),
          verdict.candidate().manifest().certificate());
    }
  }

  /**
   * The calibration on the validation images, each with values that were fitted without it.
   *
   * @param eceBefore expected calibration error of the bins {@code before}
   * @param eceAfter expected calibration error of the bins {@code after}
   * @param before bins of the network's own probabilities
   * @param after bins of the calibrated ones
   */
  record CalibrationView(
      double temperature,
      List<Double> bias,
      int images,
      double eceBefore,
      double eceAfter,
      List<Reliability.Bin> before,
      List<Reliability.Bin> after) {

    static CalibrationView of(CalibrationFit fit) {
      Calibration fitted = fit.calibration();
      return new CalibrationView(
          fitted.temperature(),
          fitted.bias(),
          fitted.images(),
          fitted.eceBefore(),
          fitted.eceAfter(),
          fit.before().bins(),
          fit.after().bins());
    }
  }

  /**
   * @param confusion {@code [true class][answered class]}
   */
  record Scores(double accuracy, List<ConfusionMatrix.ClassScore> classes, long[][] confusion) {

    static Scores of(ConfusionMatrix matrix, List<String> labels) {
      return new Scores(matrix.accuracy(), matrix.scores(labels), matrix.counts());
    }
  }

  static TrainingReport of(
      RecipeChoice choice,
      ImageFolder data,
      List<SampleReader> readers,
      List<EpochReport> curves,
      Optional<Result> result) {
    return new TrainingReport(
        choice.recipe(),
        choice.reasons(),
        data.classNames(),
        data.training().size(),
        data.validation().size(),
        data.test().size(),
        data.findings().stream().map(Finding::inFull).toList(),
        Stream.concat(
                data.dropped().stream().map(file -> new Skipped(file.file(), file.reason())),
                readers.stream()
                    .flatMap(reader -> reader.corruptFiles().stream())
                    .map(
                        file ->
                            new Skipped(
                                data.root().relativize(file.file()).toString(), file.reason())))
            .toList(),
        curves,
        result);
  }
}
