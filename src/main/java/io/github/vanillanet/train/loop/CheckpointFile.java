package io.github.vanillanet.train.loop;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

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
import java.util.Set;

/**
 * The state of a run as one file that {@code torch.load} reads: {@code model} and {@code model_ema}
 * as official state dicts, {@code optimizer} with tensors such as {@code exp_avg.stem1.0.weight},
 * {@code epoch}, {@code step}, and the specification as {@code args}.
 */
public final class CheckpointFile {

  private static final String MODEL = "model";
  private static final String AVERAGE = "model_ema";
  private static final String OPTIMIZER = "optimizer";
  private static final String STEP = "step";
  private static final String ARGUMENTS = "args";

  /** Arguments that checkpoints of earlier versions do not have. */
  private static final Set<String> ADDED =
      Set.of(
          "model_ema_warmup",
          "model_ema_batches",
          "balance",
          "stages",
          "deep_training",
          "shortcut");

  private CheckpointFile() {}

  /**
   * Replaces the file. After a crash, the file holds the old or the new state.
   *
   * @param epoch the last one that was started
   * @throws ServiceException {@code BAD_CONFIGURATION} if the file cannot be written; the old file
   *     is intact
   */
  static void write(Path file, TrainingState state, int epoch) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put(MODEL, state.weights(false).tensors());
    content.put(OPTIMIZER, state.section(StateNames.OPTIMIZER).tensors());
    content.put("epoch", epoch);
    content.put(STEP, state.step());
    Map<String, Object> arguments = new LinkedHashMap<>(state.spec().arguments());
    arguments.put(STEP, state.step());
    content.put(ARGUMENTS, arguments);
    if (state.spec().recipe().emaDecay() > 0) {
      content.put(AVERAGE, state.weights(true).tensors());
    }
    try {
      DurableFiles.replace(file, path -> TorchArchive.writeCheckpoint(path, content));
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(
          e, "cannot write the checkpoint %s: %s; the previous checkpoint is intact", file, e);
    }
  }

  /**
   * Reads the state to resume from.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the file is damaged or its specification
   *     differs
   */
  public static TrainingState read(Path file, TrainingSpec spec) {
    TorchCheckpoint model = TorchCheckpoint.read(file, Optional.of(MODEL));
    Map<String, Object> arguments = model.trainingArguments();
    spec.arguments().forEach((name, value) -> requireEqual(file, name, value, arguments));
    if (!(arguments.get(STEP) instanceof Long step)) {
      throw BAD_CHECKPOINT.error("%s: expected the number of steps, found none", file);
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    put(tensors, StateNames.MODEL, model.weights());
    if (spec.recipe().emaDecay() > 0) {
      put(tensors, StateNames.AVERAGE, section(file, AVERAGE));
    }
    put(tensors, StateNames.OPTIMIZER, section(file, OPTIMIZER));
    for (String name : StateNames.ofTraining(spec)) {
      if (!tensors.containsKey(name)) {
        throw BAD_CHECKPOINT.error("%s: expected a tensor %s, found none", file, name);
      }
    }
    return new TrainingState(spec, new StateDict(tensors), Math.toIntExact(step));
  }

  private static StateDict section(Path file, String key) {
    return TorchCheckpoint.read(file, Optional.of(key)).weights();
  }

  private static void put(Map<String, HostTensor> tensors, String prefix, StateDict section) {
    section.tensors().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
  }

  private static void requireEqual(
      Path file, String name, Object expected, Map<String, Object> found) {
    boolean old = ADDED.contains(name) && !found.containsKey(name);
    if (!old && !expected.equals(found.get(name))) {
      throw BAD_CHECKPOINT.error(
          "%s was trained with %s = %s, this run has %s", file, name, found.get(name), expected);
    }
  }
}
