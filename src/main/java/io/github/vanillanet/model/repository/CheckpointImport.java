package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import io.github.vanillanet.model.network.ShapeReader;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads an official checkpoint as a {@link Candidate}.
 *
 * @param checkpoint a {@code .pth} file of either form
 * @param variant of the weights; their shapes do not contain the strides
 * @param name of the model; default: the variant's
 * @param key of the state dict in the file
 * @param slope at the end of the training; files do not store it
 * @param labels one per line; default: {@link Labels#standard}
 */
public record CheckpointImport(
    Path checkpoint,
    VanillaNetVariant variant,
    Optional<String> name,
    Optional<String> key,
    double slope,
    int inputHeight,
    int inputWidth,
    Optional<Path> labels) {

  private static final long OFFICIAL_DECAY_EPOCHS = 100;

  /**
   * @param warnings receives warnings about the checkpoint, one line each
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is damaged, hostile or for another
   *     net
   * @throws ServiceException {@code NOT_EQUIVALENT} if the slope is not 1
   * @throws ServiceException {@code BAD_CONFIGURATION} if the labels or the input size do not fit
   */
  public Candidate read(Consumer<String> warnings) {
    if (slope != 1) {
      throw NOT_EQUIVALENT.error("only a net with slope 1 can be fused, found slope %s", slope);
    }
    Preprocessing preprocessing = preprocessing();
    TorchCheckpoint file = TorchCheckpoint.read(checkpoint, key);
    Network network = network(file);
    Cost.of(network); // rejects an input size that is too small
    if (network.form() == Form.TRAINING) {
      slopeDoubt(file).ifPresent(warnings);
    }
    int classes = network.architecture().classes();
    List<String> names =
        labels.map(path -> Labels.read(path, classes)).orElseGet(() -> Labels.standard(classes));
    return new Candidate(
        name.orElseGet(variant::modelName),
        network,
        file.weights(),
        slope,
        preprocessing,
        names,
        true,
        origin(file));
  }

  private Network network(TorchCheckpoint file) {
    try {
      Network network = ShapeReader.read(file.weights(), variant, inputHeight, inputWidth);
      ParameterTable.of(network).select(file.weights());
      return network;
    } catch (ServiceException e) {
      e.rethrowUnless(BAD_CHECKPOINT);
      throw BAD_CHECKPOINT.error(e, "%s: %s", checkpoint.getFileName(), e.getMessage());
    }
  }

  private Preprocessing preprocessing() {
    try {
      return Preprocessing.official(inputHeight, inputWidth);
    } catch (IllegalArgumentException e) {
      throw BAD_CONFIGURATION.error(
          e, "input size %dx%d: %s", inputHeight, inputWidth, e.getMessage());
    }
  }

  private String origin(TorchCheckpoint file) {
    String from = file.key().isEmpty() ? "" : " under " + file.key();
    return "imported from " + checkpoint.getFileName() + from;
  }

  /** A checkpoint from before the end of the decay was trained at a smaller slope. */
  private static Optional<String> slopeDoubt(TorchCheckpoint file) {
    if (file.epoch().isEmpty() || !file.trainingArguments().containsKey("decay_epochs")) {
      return Optional.empty();
    }
    int epoch = file.epoch().getAsInt();
    long decay =
        file.trainingArguments().get("decay_epochs") instanceof Number epochs
            ? epochs.longValue()
            : OFFICIAL_DECAY_EPOCHS;
    return epoch >= decay
        ? Optional.empty()
        : Optional.of(
            ("the checkpoint is from epoch %d, but the slope reaches 1 in epoch %d: the fused net"
                    + " may answer differently from the trained one")
                .formatted(epoch, decay));
  }
}
