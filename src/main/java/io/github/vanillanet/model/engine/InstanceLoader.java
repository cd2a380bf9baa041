package io.github.vanillanet.model.engine;

import java.nio.file.Path;

/** Brings an artifact onto a device. */
@FunctionalInterface
public interface InstanceLoader {

  /**
   * @param artifact its bytes verified by the caller; not needed any more once this returns
   * @param height of the model's input
   * @param width of the model's input
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_ARTIFACT} if it cannot be
   *     loaded
   * @throws io.github.vanillanet.base.error.ServiceException {@code OUT_OF_DEVICE_MEMORY} if the
   *     device is full
   */
  ModelInstance load(Path artifact, Device device, int height, int width);

  /**
   * By libtorch.
   *
   * @param threads that one forward may use on a CPU
   */
  static InstanceLoader torch(TorchRuntime runtime, int threads) {
    return (artifact, device, height, width) ->
        TorchInstance.load(runtime, artifact, device, height, width, threads);
  }
}
