package io.github.vanillanet.train.loop;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A run's state as one file that {@code torch.load} reads: {@code model} and {@code model_ema} as
 * official state dicts, {@code optimizer} as tensors named {@code exp_avg.stem1.0.weight}, {@code
 * epoch}, {@code step}, and {@code args}, the specification in words.
 */
public final class CheckpointFile {

  private static final String STEP = "step";

  private CheckpointFile() {}

  /**
   * Replaces the file: a crash at any moment leaves the old or the new one.
   *
   * @param epoch the last one begun
   * @throws ServiceException {@code BAD_CONFIGURATION} if the disk is full or the folder gone; the
   *     old file is intact
   */
  static void write(Path file, TrainingSpec spec, TrainingState state, int epoch) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("model", state.weights(false).tensors());
    content.put("optimizer", state.under(TrainingModule.OPTIMIZER).tensors());
    content.put("epoch", epoch);
    content.put(STEP, state.step());
    Map<String, Object> arguments = new LinkedHashMap<>(spec.arguments());
    arguments.put(STEP, state.step());
    content.put("args", arguments);
    if (spec.recipe().emaDecay() > 0) {
      content.put("model_ema", state.weights(true).tensors());
    }
    try {
      DurableFiles.replace(file, path -> TorchArchive.writeCheckpoint(path, content));
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "the checkpoint %s cannot be written: %s; the one before it is intact".formatted(file, e),
          e);
    }
  }

  /**
   * Reads a run's state to go on with.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is damaged or of another
   *     specification
   */
  public static TrainingStart read(Path file, TrainingSpec spec) {
    TorchCheckpoint model = TorchCheckpoint.read(file, Optional.of("model"));
    Map<String, Object> found = model.trainingArguments();
    spec.arguments().forEach((name, value) -> requireEqual(file, name, value, found));
    if (!(found.get(STEP) instanceof Long step)) {
      throw new ServiceException(
          ErrorCode.BAD_CHECKPOINT, file + ": expected a count of steps, found none");
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    put(tensors, TrainingModule.MODEL, model.weights());
    if (spec.recipe().emaDecay() > 0) {
      put(tensors, TrainingModule.AVERAGE, section(file, "model_ema"));
    }
    put(tensors, TrainingModule.OPTIMIZER, section(file, "optimizer"));
    for (String name :
        TrainingModule.stateNames(
            spec.network(), spec.recipe().optimizer(), spec.recipe().emaDecay() > 0)) {
      if (!tensors.containsKey(name)) {
        throw new ServiceException(
            ErrorCode.BAD_CHECKPOINT, "%s: expected a tensor %s, found none".formatted(file, name));
      }
    }
    return new TrainingStart(
        spec, new TrainingState(new StateDict(tensors), Math.toIntExact(step)));
  }

  private static StateDict section(Path file, String key) {
    return TorchCheckpoint.read(file, Optional.of(key)).weights();
  }

  private static void put(Map<String, HostTensor> tensors, String prefix, StateDict section) {
    section.tensors().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
  }

  private static void requireEqual(
      Path file, String name, Object expected, Map<String, Object> found) {
    if (!expected.equals(found.get(name))) {
      throw new ServiceException(
          ErrorCode.BAD_CHECKPOINT,
          "%s was trained with %s = %s, this run has %s"
              .formatted(file, name, found.get(name), expected));
    }
  }
}
