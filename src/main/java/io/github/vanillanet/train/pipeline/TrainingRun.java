package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.BatchSource;
import io.github.vanillanet.train.dataset.FolderBatches;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.loop.CheckpointFile;
import io.github.vanillanet.train.loop.CheckpointPolicy;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.TrainingListener;
import io.github.vanillanet.train.loop.TrainingLoop;
import io.github.vanillanet.train.loop.TrainingOutcome;
import io.github.vanillanet.train.loop.TrainingSpec;
import io.github.vanillanet.train.loop.TrainingState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The training loop of one job. It starts from the job's checkpoint if there is one, otherwise from
 * the weights to fine-tune, otherwise from random weights.
 *
 * @param threads of the computation on a CPU; one fewer prepare batches
 */
record TrainingRun(TorchRuntime runtime, Device device, int threads, CheckpointPolicy checkpoints) {

  private static final int EVALUATION_BATCH = 64;
  private static final int EVALUATIONS = 20;

  /**
   * @param from checkpoint of the training form to fine-tune
   */
  TrainingOutcome run(
      TrainingSpec spec,
      ImagePreparation images,
      SampleReader training,
      SampleReader validation,
      Optional<Path> from,
      TrainingListener listener) {
    Recipe recipe = spec.recipe();
    int loaders = Math.max(1, threads - 1);
    BatchSource batches =
        FolderBatches.training(
            training,
            images.augmentation(),
            recipe.imagesPerStep(),
            loaders,
            recipe.seed(),
            recipe.epochs(),
            spec.classes());
    BatchSource held =
        FolderBatches.evaluation(
            validation, images.preprocessing(), EVALUATION_BATCH, loaders, spec.classes());
    return new TrainingLoop(
            runtime,
            device,
            threads,
            Clock.systemUTC(),
            batches,
            held,
            Math.max(1, recipe.epochs() / EVALUATIONS),
            checkpoints,
            listener)
        .run(start(spec, from));
  }

  private TrainingState start(TrainingSpec spec, Optional<Path> from) {
    if (Files.exists(checkpoints.file())) {
      return CheckpointFile.read(checkpoints.file(), spec);
    }
    return from.map(file -> TorchCheckpoint.read(file, Optional.empty()).weights())
        .map(weights -> TrainingState.fineTuning(spec, weights))
        .orElseGet(() -> TrainingState.fresh(spec));
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
      throw MODEL_NOT_FOUND.error("fine_tune_from: the repository has no model '%s'", model);
    }
    return repository
        .open(new ModelId(parts[0], version.getAsInt()))
        .folder()
        .resolve(StoredVersion.CHECKPOINT);
  }
}
