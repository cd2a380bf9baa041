package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.dataset.BatchSource;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.dataset.ValidationRule;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.loop.CandidateFile;
import io.github.vanillanet.train.loop.CheckpointFile;
import io.github.vanillanet.train.loop.EpochReport;
import io.github.vanillanet.train.loop.Evaluation;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.StageData;
import io.github.vanillanet.train.loop.TrainingLoop;
import io.github.vanillanet.train.loop.TrainingSpec;
import io.github.vanillanet.train.loop.TrainingState;
import io.github.vanillanet.train.loop.TrialSteps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Trainings on the same images that are only measured, not published. One thread.
 *
 * @param data scanned once, so that all runs have the same validation images
 * @param threads of the computation on a CPU
 */
public record MeasuredRuns(
    ImageFolder data, ImageDecoder decoder, TorchRuntime runtime, Device device, int threads) {

  private static final Duration CHECKPOINT_INTERVAL = Duration.ofMinutes(5);

  /** A forward pass takes about a third of a training step. */
  private static final double FORWARD_SHARE = 1 / 3.0;

  /** The {@code report.json} of a run. */
  private record Curves(List<EpochReport> curves) {}

  /**
   * @throws ServiceException {@code BAD_DATASET} if the data cannot be used for a training
   */
  public static MeasuredRuns of(
      Path folder, TorchRuntime runtime, Device device, int threads, ImageDecoder decoder) {
    ValidationRule rule =
        new ValidationRule(
            ValidationRule.Source.FOLDER_IF_PRESENT, ImagePreparation.VALIDATION_SHARE, 1, 0);
    ImageFolder data = ImageFolder.scan(folder, rule, decoder, threads);
    data.requireTrainable();
    return new MeasuredRuns(data, decoder, runtime, device, threads);
  }

  public int trainingImages() {
    return data.training().size();
  }

  public int validationImages() {
    return data.validation().size();
  }

  /**
   * Trains to the end, or continues to it.
   *
   * @param session its folder receives checkpoints, curves and progress
   * @return top-1 accuracy of the moving average after the last epoch on the validation images, 0
   *     to 1; empty if the run was stopped. The best epoch would favour configurations with more
   *     epochs to choose from
   */
  public OptionalDouble run(JobSession session, Recipe recipe, Consumer<Progress> listener) {
    ProgressReporter progress = new ProgressReporter(session, Clock.systemUTC(), listener);
    progress.follow(recipe);
    session
        .folder()
        .results()
        .readReport(Curves.class)
        .ifPresent(before -> progress.resume(before.curves()));
    progress.onEpoch(
        curves -> {
          session.folder().results().writeReport(new Curves(curves));
          session.folder().results().writeMetrics(MetricsFile.of(curves));
        });
    TrainingSpec spec = spec(recipe);
    Path checkpoint = session.folder().checkpoints().resolve("training.pth");
    boolean finished =
        new TrainingLoop(
                runtime,
                device,
                threads,
                Clock.systemUTC(),
                data(recipe),
                checkpoint,
                new CandidateFile(session.folder().checkpoints().resolve("candidate.pth")),
                CHECKPOINT_INTERVAL,
                progress)
            .run(
                Files.exists(checkpoint)
                    ? CheckpointFile.read(checkpoint, spec)
                    : TrainingState.fresh(spec))
            .finished();
    List<EpochReport> curves = progress.curves();
    return finished
        ? OptionalDouble.of(accuracy(curves.get(curves.size() - 1)))
        : OptionalDouble.empty();
  }

  private static double accuracy(EpochReport last) {
    Optional<Evaluation> measured = last.average().or(last::model);
    return measured.orElseThrow().accuracy();
  }

  /** Measures two steps, and estimates an epoch with its validation from the faster one. */
  public double epochSeconds(Recipe recipe) {
    StageData images = data(recipe).get(0);
    double step = Double.MAX_VALUE;
    try (TrialSteps steps = TrialSteps.open(runtime, device, threads, spec(recipe));
        BatchSource.Pass pass = images.training().open(0, 0)) {
      for (int i = 0; i < 2; i++) {
        long began = System.nanoTime();
        steps.run(pass.next().orElseThrow(() -> new IllegalStateException("no batch")));
        step = Math.min(step, (System.nanoTime() - began) / 1e9);
      }
    }
    int batches = images.training().batches();
    double validated = 2.0 * validationImages() / recipe.batchSize(); // model and average
    double calibrated = Math.min(recipe.emaBatches(), batches);
    return step * (batches + FORWARD_SHARE * (validated + calibrated));
  }

  private TrainingSpec spec(Recipe recipe) {
    return TrainingPipeline.spec(recipe, data.classNames().size(), device);
  }

  private List<StageData> data(Recipe recipe) {
    return new StageSources(
            recipe,
            data.classNames().size(),
            reader(data.training(), TrainingPipeline.CACHE_SHARE),
            reader(data.validation(), 2 * TrainingPipeline.CACHE_SHARE),
            Math.max(1, threads - 1))
        .all();
  }

  private SampleReader reader(List<Sample> samples, int cacheShare) {
    return new SampleReader(
        samples,
        decoder,
        Runtime.getRuntime().maxMemory() / cacheShare,
        TrainingPipeline.MAX_CORRUPT_SHARE);
  }
}
