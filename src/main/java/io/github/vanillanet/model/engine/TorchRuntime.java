package io.github.vanillanet.model.engine;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.model.checkpoint.ScriptObject;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** libtorch, loaded once per process. Loading takes about a second and downloads nothing. */
public final class TorchRuntime {

  private final Engine engine;

  private TorchRuntime(Engine engine) {
    this.engine = engine;
  }

  /**
   * Loads libtorch, or returns the one that this process has loaded.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if its native libraries cannot be loaded
   */
  public static TorchRuntime load() {
    // DJL reads these when its first class is loaded
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    try {
      NativeEnvironment.waitPassively();
      NativeEnvironment.useHugePages();
      NativeEnvironment.keepFreedMemory();
      return new TorchRuntime(EngineCache.locked(() -> Engine.getEngine("PyTorch")));
    } catch (RuntimeException | LinkageError e) {
      throw BAD_CONFIGURATION.error(
          e,
          "libtorch cannot be loaded on %s/%s: %s",
          System.getProperty("os.name"),
          System.getProperty("os.arch"),
          ServiceException.rootOf(e));
    }
  }

  public String version() {
    return engine.getVersion();
  }

  /** Number of CUDA devices that this libtorch can use. */
  public int cudaDevices() {
    // getGpuCount counts the machine's devices even with a CPU build of libtorch
    return engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
  }

  /**
   * The devices that a setting selects.
   *
   * @param setting one of {@link DeviceChoice#FORMS}
   * @throws ServiceException {@code BAD_CONFIGURATION} if a selected device is not usable; the
   *     message lists what is missing
   */
  public DeviceChoice choose(String setting) {
    return DeviceChoice.of(setting, cudaDevices(), () -> CudaSurroundings.ofThisProcess(this));
  }

  public Device resolve(String setting) {
    return choose(setting).devices().get(0);
  }

  /** Sets the number of CPU threads for all further forwards of the calling thread. */
  public void setThreads(int threads) {
    JniUtils.setNumThreads(threads);
  }

  public PtSymbolBlock loadModule(
      PtNDManager manager, Device device, String source, ScriptObject root) {
    try {
      Path file = TemporaryFiles.file("vanillanet-", ".pt");
      try {
        TorchArchive.writeModule(file, source, root);
        return loadModule(manager, device, file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a temporary file", e);
    }
  }

  static PtSymbolBlock loadModule(PtNDManager manager, Device device, Path file) {
    boolean mapLocation = device.kind() == Device.Kind.CUDA;
    return JniUtils.loadModule(manager, file, mapLocation, new String[0], new String[0], false);
  }

  /** A new owner of native tensors on {@code device}. Closing it frees them. */
  public PtNDManager newManager(Device device) {
    ai.djl.Device target =
        switch (device.kind()) {
          case CPU -> ai.djl.Device.cpu();
          case CUDA -> ai.djl.Device.gpu(device.index());
        };
    return (PtNDManager) engine.newBaseManager(target);
  }
}
