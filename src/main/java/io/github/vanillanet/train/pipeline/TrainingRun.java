package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.BatchSource;
import io.github.vanillanet.train.dataset.FolderBatches;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.loop.CheckpointFile;
import io.github.vanillanet.train.loop.CheckpointPolicy;
import io.github.vanillanet.train.loop.TrainingListener;
import io.github.vanillanet.train.loop.TrainingLoop;
import io.github.vanillanet.train.loop.TrainingOutcome;
import io.github.vanillanet.train.loop.TrainingSpec;
import io.github.vanillanet.train.loop.TrainingStart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The loop of one job with what it is fed: from the job's checkpoint if there is one, else from
 * given weights, else from random ones.
 *
 * @param threads of the computation on a CPU; all but one of as many prepare batches
 */
record TrainingRun(TorchRuntime runtime, Device device, int threads, CheckpointPolicy checkpoints) {

  private static final int EVALUATION_BATCH = 64;
  private static final int EVALUATIONS = 20;

  /**
   * @param from weights of the training form to fine-tune
   */
  TrainingOutcome run(
      TrainingPlan plan,
      ImageFolder data,
      SampleReader training,
      SampleReader validation,
      Optional<Path> from,
      TrainingListener listener) {
    TrainingStart first =
        from.map(file -> fineTuning(plan, file)).orElseGet(() -> TrainingStart.fresh(plan.spec()));
    TrainingSpec spec = first.spec();
    TrainingStart start =
        Files.exists(checkpoints.file()) ? CheckpointFile.read(checkpoints.file(), spec) : first;
    int epochs = spec.recipe().epochs();
    int classes = data.classNames().size();
    int loaders = Math.max(1, threads - 1);
    BatchSource batches =
        FolderBatches.training(
            training,
            plan.augmentation(),
            spec.recipe().batchSize(),
            loaders,
            spec.seed(),
            epochs,
            classes);
    BatchSource held =
        FolderBatches.evaluation(
            validation, plan.preprocessing(), EVALUATION_BATCH, loaders, classes);
    return new TrainingLoop(runtime, device, threads, Clock.systemUTC())
        .run(
            start,
            batches,
            Optional.of(held),
            Math.max(1, epochs / EVALUATIONS),
            checkpoints,
            listener);
  }

  private static TrainingStart fineTuning(TrainingPlan plan, Path file) {
    return TrainingStart.fineTuning(
        plan.spec(), TorchCheckpoint.read(file, Optional.empty()).weights());
  }

  /**
   * The training weights of a published model.
   *
   * @param model {@code name}, for its active version, or {@code name/version}
   */
  static Path published(ModelRepository repository, String model) {
    String[] parts = model.split("/", 2);
    OptionalInt version =
        parts.length == 2 ? ModelId.version(parts[1]) : repository.active(parts[0]);
    if (version.isEmpty()) {
      throw new ServiceException(
          ErrorCode.MODEL_NOT_FOUND,
          "fine_tune_from: there is no model '%s' in the repository".formatted(model));
    }
    return repository
        .open(new ModelId(parts[0], version.getAsInt()))
        .folder()
        .resolve(StoredVersion.CHECKPOINT);
  }
}
