package io.github.vanillanet.train.loop;

import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * Trains a network of 3 blocks on {@link StripedImages}, for seconds.
 *
 * @param folder of the checkpoints
 */
record StripedTraining(Path folder) {

  private static final int SIZE = 32;
  static final int BATCHES = 6;

  private static final String COMMON =
      "warmup_epochs: 0.5, batch_size: 8, accumulation_steps: 2, label_smoothing: 0,"
          + " dims: [8, 8, 16, 16], act_num: 1, seed: 3, ";

  TrainingOutcome run(TrainingState start, String file, TrainingListener listener) {
    return run(start, file, Duration.ZERO, InstantSource.system(), listener);
  }

  TrainingOutcome run(
      TrainingState start,
      String file,
      Duration interval,
      InstantSource clock,
      TrainingListener listener) {
    return new TrainingLoop(
            TorchRuntime.load(),
            Device.CPU,
            1,
            clock,
            data(start.spec().recipe()),
            folder.resolve(file),
            new CandidateFile(folder.resolve("candidate-" + file)),
            interval,
            listener)
        .run(start);
  }

  /** Batches of each stage's size. */
  private static List<StageData> data(Recipe recipe) {
    return recipe.plan().stream()
        .map(
            stage -> {
              int size = stage.inputSize();
              int batch = 2 * stage.batchSize();
              int batches = BATCHES * 16 / batch;
              return new StageData(
                  new StripedImages(batches, batch, size, true),
                  new StripedImages(3, 16, size, false));
            })
        .toList();
  }

  static TrainingListener epochsInto(List<EpochReport> epochs) {
    return new TrainingListener() {
      @Override
      public void epochFinished(EpochReport report) {
        epochs.add(report);
      }
    };
  }

  static TrainingSpec spec(Recipe recipe) {
    return new TrainingSpec(recipe, StripedImages.CLASSES, Kernels.PIXELWISE);
  }

  static Recipe plain(int epochs) {
    return recipe(epochs, "optimizer: 'adamw', weight_decay: 0.01, learning_rate: 0.02");
  }

  /** Uses every kind of random draw and of state. */
  static Recipe everything() {
    return recipe(
        3,
        "weight_decay: 0.1, layer_decay: 0.9, learning_rate: 0.02, mixup: 0.4, cutmix: 1,"
            + " dropout: 0.2");
  }

  static Recipe staged() {
    return Recipes.of(
        COMMON
            + "optimizer: 'adamw', weight_decay: 0.01, learning_rate: 0.02, decay_epochs: 2,"
            + " ema_decay: 0.9, stages: [{input_size: 32, epochs: 3},"
            + " {input_size: 48, epochs: 2, batch_size: 4, learning_rate: 0.01}]");
  }

  static Recipe recipe(int epochs, String members) {
    String ema = members.contains("ema_decay") ? "" : "ema_decay: 0.9, ";
    return Recipes.of(
        COMMON
            + "epochs: %d, decay_epochs: %d, input_size: %d, %s%s"
                .formatted(epochs, epochs / 2, SIZE, ema, members));
  }

  static final class StopAt implements TrainingListener {

    private final int last;
    private int done;

    StopAt(int last) {
      this.last = last;
    }

    @Override
    public void stepped(StepReport report) {
      done = report.step();
    }

    @Override
    public boolean stopRequested() {
      return done == last;
    }
  }
}
