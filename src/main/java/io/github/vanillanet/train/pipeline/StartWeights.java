package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.loop.CheckpointFile;
import io.github.vanillanet.train.loop.TrainingSpec;
import io.github.vanillanet.train.loop.TrainingState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a training starts. */
record StartWeights(JobSpec job, ModelRepository repository) {

  /**
   * Starts from the job's checkpoint, otherwise the weights to fine-tune, otherwise random weights.
   *
   * @throws ServiceException {@code MODEL_NOT_FOUND} if the model to fine-tune does not exist
   */
  TrainingState of(TrainingSpec spec, Path checkpoint) {
    if (Files.exists(checkpoint)) {
      return CheckpointFile.read(checkpoint, spec);
    }
    return job.checkpoint()
        .map(Path::of)
        .or(() -> job.recipe().fineTuneFrom().map(this::published))
        .map(file -> TorchCheckpoint.read(file, Optional.empty()).weights())
        .map(weights -> TrainingState.fineTuning(spec, weights))
        .orElseGet(() -> TrainingState.fresh(spec));
  }

  /**
   * The training weights of a published model.
   *
   * @param model {@code name}, for its active version, or {@code name/version}
   */
  private Path published(String model) {
    ModelId version =
        repository
            .find(model)
            .orElseThrow(
                () ->
                    MODEL_NOT_FOUND.error(
                        "fine_tune_from: the repository has no model '%s'", model));
    return repository.open(version).folder().resolve(StoredVersion.CHECKPOINT);
  }
}
