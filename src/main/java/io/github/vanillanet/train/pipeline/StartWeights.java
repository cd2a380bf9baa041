package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.checkpoint.IgnoredNames;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.checkpoint.WeightRequest;
import io.github.vanillanet.model.network.ParameterTable;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.loop.CheckpointFile;
import io.github.vanillanet.train.loop.TrainingSpec;
import io.github.vanillanet.train.loop.TrainingState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a training starts. */
public record StartWeights(JobSpec job, ModelRepository repository) {

  private static final Logger LOG = System.getLogger(StartWeights.class.getName());

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
        .or(() -> job.recipe().fineTuneFrom().map(this::checkpoint))
        .map(file -> weights(file, spec.network().architecture().variant()))
        .map(weights -> TrainingState.fineTuning(spec, weights))
        .orElseGet(() -> TrainingState.fresh(spec));
  }

  private static StateDict weights(Path file, VanillaNetVariant variant) {
    IgnoredNames ignored = new IgnoredNames(Optional.empty());
    WeightRequest request =
        new WeightRequest(Optional.empty(), ParameterTable.names(variant), ignored);
    TorchCheckpoint checkpoint = TorchCheckpoint.read(file, request);
    checkpoint.notes().forEach(note -> LOG.log(Level.INFO, "{0}: {1}", file, note));
    return checkpoint.weights();
  }

  private Path checkpoint(String model) {
    return published(repository, model).folder().resolve(StoredVersion.CHECKPOINT);
  }

  /**
   * The version of {@code fine_tune_from}.
   *
   * @param model {@code name}, for its active version, or {@code name/version}
   * @throws ServiceException {@code MODEL_NOT_FOUND} if the model to fine-tune does not exist
   */
  public static StoredVersion published(ModelRepository repository, String model) {
    ModelId version =
        Optional.of(model)
            .filter(it -> ModelId.isName(it.split("/", 2)[0]))
            .flatMap(repository::find)
            .filter(it -> repository.versions(it.name()).contains(it.version()))
            .orElseThrow(
                () ->
                    MODEL_NOT_FOUND.error(
                        "fine_tune_from: the repository has no model '%s'", model));
    return repository.open(version);
  }
}
