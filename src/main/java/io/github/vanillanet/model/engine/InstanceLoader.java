package io.github.vanillanet.model.engine;

import java.nio.file.Path;

/** Loads an artifact onto a device. */
@FunctionalInterface
public interface InstanceLoader {

  /**
   * @param artifact the caller has verified its bytes; may be deleted after this method returns
   * @param height pixels of the model's input
   * @param width pixels of the model's input
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_ARTIFACT} if the artifact
   *     cannot be loaded, {@code OUT_OF_DEVICE_MEMORY} if the device is full
   */
  ModelInstance load(Path artifact, Device device, int height, int width);

  /**
   * Loads with libtorch.
   *
   * @param threads of one forward on a CPU
   */
  static InstanceLoader torch(TorchRuntime runtime, int threads) {
    return (artifact, device, height, width) ->
        TorchInstance.load(runtime, artifact, device, height, width, threads);
  }
}
