package io.github.vanillanet.train.loop;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.dataset.Batch;

/**
 * Steps of a training that measure its time and memory. They start from random weights, and their
 * result is discarded. One thread.
 */
public final class TrialSteps implements AutoCloseable {

  private final TrainingSpec spec;
  private final TrainingEngine engine;
  private int step;

  private TrialSteps(TrainingSpec spec, TrainingEngine engine) {
    this.spec = spec;
    this.engine = engine;
  }

  /**
   * @param threads of the engine on a CPU
   */
  public static TrialSteps open(
      TorchRuntime runtime, Device device, int threads, TrainingSpec spec) {
    runtime.setThreads(threads);
    TrainingModule module =
        TrainingModule.of(spec, spec.recipe().optimizerSpec(), TrainingState.fresh(spec).tensors());
    return new TrialSteps(spec, TrainingEngine.load(runtime, device, module));
  }

  /**
   * Runs one step with the learning rate 0.
   *
   * @throws ServiceException {@code OUT_OF_DEVICE_MEMORY} if the device has no memory for it
   */
  public void run(Batch batch) {
    engine.step(StepInput.of(spec, batch, new double[0], step++, 0, spec.recipe().slope().at(0)));
  }

  @Override
  public void close() {
    engine.close();
  }
}
