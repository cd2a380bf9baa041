package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.PictureRules;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.IgnoredNames;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.checkpoint.WeightRequest;
import io.github.vanillanet.model.network.Architecture;
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
import java.util.regex.Pattern;

/**
 * Reads a checkpoint as a {@link Candidate}.
 *
 * @param checkpoint a {@code .pth} or {@code .safetensors} file of any form
 * @param variant of the weights; their shapes do not contain the strides
 * @param name of the model; default: the variant's
 * @param key of the state dict in the file, a dotted path
 * @param ignore is searched in the names of extra tensors, which are then left out
 * @param slope at the end of the training; files do not store it
 * @param inputSize in pixels; default: that of the exported file, otherwise 224
 * @param labels one per line; default: those of the exported file, otherwise {@link
 *     Labels#standard}
 */
public record CheckpointImport(
    Path checkpoint,
    VanillaNetVariant variant,
    Optional<String> name,
    Optional<String> key,
    Optional<Pattern> ignore,
    double slope,
    Optional<InputSize> inputSize,
    Optional<Path> labels) {

  private static final long OFFICIAL_DECAY_EPOCHS = 100;

  /** Sides of the input in pixels. */
  public record InputSize(int height, int width) {}

  /**
   * @param warnings receives warnings about the checkpoint, one line each
   * @param notes receives what was chosen, renamed and left out, one line each
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is damaged, hostile or for another
   *     net
   * @throws ServiceException {@code NOT_EQUIVALENT} if the slope is not 1
   * @throws ServiceException {@code BAD_CONFIGURATION} if the labels, the input size or the regular
   *     expression do not fit
   */
  public Candidate read(Consumer<String> warnings, Consumer<String> notes) {
    if (slope != 1) {
      throw NOT_EQUIVALENT.error("only a net with slope 1 can be fused, found slope %s", slope);
    }
    inputSize.ifPresent(CheckpointImport::officialPreprocessing);
    TorchCheckpoint file =
        TorchCheckpoint.read(
            checkpoint,
            new WeightRequest(key, ParameterTable.names(variant), new IgnoredNames(ignore)));
    file.notes().forEach(notes);
    VersionFacts facts = new VersionFacts(file.metadata());
    Preprocessing preprocessing = preprocessing(facts, notes);
    Network network = network(file, facts, preprocessing);
    Cost.of(network); // rejects an input size that is too small
    if (network.form() == Form.TRAINING) {
      slopeDoubt(file).ifPresent(warnings);
    }
    int classes = network.architecture().classes();
    return new Candidate(
        name.orElseGet(variant::modelName),
        network,
        file.weights(),
        slope,
        preprocessing,
        labels(facts, classes, notes),
        true,
        origin(file));
  }

  private Network network(TorchCheckpoint file, VersionFacts facts, Preprocessing preprocessing) {
    try {
      facts.requireVariant(variant);
      Network network =
          ShapeReader.read(file.weights(), variant, preprocessing.height(), preprocessing.width());
      ParameterTable.of(network).select(file.weights());
      return network;
    } catch (ServiceException e) {
      e.rethrowUnless(BAD_CHECKPOINT);
      throw BAD_CHECKPOINT.error(e, "%s: %s", checkpoint.getFileName(), e.getMessage());
    }
  }

  private Preprocessing preprocessing(VersionFacts facts, Consumer<String> notes) {
    Optional<Preprocessing> stored =
        facts
            .preprocessing()
            .filter(
                found ->
                    inputSize
                        .map(new InputSize(found.height(), found.width())::equals)
                        .orElse(true));
    stored.ifPresent(found -> notes.accept("used the preprocessing in the file's metadata"));
    return stored.orElseGet(
        () ->
            officialPreprocessing(
                inputSize.orElse(
                    new InputSize(Architecture.OFFICIAL_INPUT, Architecture.OFFICIAL_INPUT))));
  }

  private static Preprocessing officialPreprocessing(InputSize size) {
    try {
      return Preprocessing.official(size.height(), size.width()).with(PictureRules.AUTO);
    } catch (IllegalArgumentException e) {
      throw BAD_CONFIGURATION.error(
          e, "input size %dx%d: %s", size.height(), size.width(), e.getMessage());
    }
  }

  private List<String> labels(VersionFacts facts, int classes, Consumer<String> notes) {
    if (labels.isPresent()) {
      return Labels.read(labels.get(), classes);
    }
    Optional<List<String>> stored = facts.labels(classes);
    stored.ifPresent(found -> notes.accept("used the labels in the file's metadata"));
    return stored.orElseGet(() -> Labels.standard(classes));
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
