package io.github.vanillanet.model.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;

/**
 * The native engine, loaded once per process. Loading takes about a second; nothing is ever
 * downloaded: the offline switch is set before the engine's first class is touched.
 */
public final class TorchRuntime {

  private final Engine engine;

  private TorchRuntime(Engine engine) {
    this.engine = engine;
  }

  /**
   * Loads the engine, or returns the one that this process has loaded.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if its native libraries cannot be loaded
   *     here
   */
  public static TorchRuntime load() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    try {
      NativeEnvironment.waitPassively();
      NativeEnvironment.useHugePages();
      NativeEnvironment.keepFreedMemory();
      return new TorchRuntime(Engine.getEngine("PyTorch"));
    } catch (RuntimeException | LinkageError e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "libtorch cannot be loaded on %s/%s: %s"
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), rootOf(e)),
          e);
    }
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /** Version of libtorch: 2.7.1. */
  public String version() {
    return engine.getVersion();
  }

  /** Number of CUDA devices that this libtorch can use. */
  public int cudaDevices() {
    // the engine counts the machine's devices even where its libtorch is the build for the CPU
    return engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
  }

  /**
   * The devices that a setting means.
   *
   * @param setting one of {@link DeviceChoice#FORMS}
   * @throws ServiceException {@code BAD_CONFIGURATION} if it names a device that is not usable,
   *     saying what is missing
   */
  public DeviceChoice choose(String setting) {
    return DeviceChoice.of(setting, CudaSurroundings.of(this));
  }

  /** The first of {@link #choose}: for work that one device does. */
  public Device resolve(String setting) {
    return choose(setting).devices().get(0);
  }

  /** Threads that one forward of the calling thread uses from now on. Per thread, see oneDNN. */
  public void setThreads(int threads) {
    JniUtils.setNumThreads(threads);
  }

  /** A new owner of native tensors on {@code device}; close it to free them. */
  public PtNDManager newManager(Device device) {
    ai.djl.Device target =
        switch (device.kind()) {
          case CPU -> ai.djl.Device.cpu();
          case CUDA -> ai.djl.Device.gpu(device.index());
        };
    return (PtNDManager) engine.newBaseManager(target);
  }
}
