package io.github.vanillanet.model.engine;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** What a CUDA device needs besides itself, looked up one by one when libtorch sees none. */
interface CudaSurroundings {

  /** CUDA devices that libtorch can use. */
  int usableDevices();

  /** Version of libtorch. */
  String libtorch();

  /** Folder that libtorch was loaded from. */
  Path libtorchFolder();

  /** True if that libtorch was built with CUDA. */
  boolean libtorchHasCuda();

  /** A variable of the environment. */
  Optional<String> variable(String name);

  /**
   * @param name without {@code lib} and ending
   */
  boolean canLoad(String name);

  /** Devices that the driver shows to this process; empty if it cannot be asked. */
  OptionalInt driverDevices();

  /** This process's. */
  static CudaSurroundings of(TorchRuntime runtime) {
    return new OfThisProcess(runtime);
  }

  /** Asks the libraries themselves. */
  final class OfThisProcess implements CudaSurroundings {

    private final TorchRuntime runtime;

    private OfThisProcess(TorchRuntime runtime) {
      this.runtime = runtime;
    }

    @Override
    public int usableDevices() {
      return runtime.cudaDevices();
    }

    @Override
    public String libtorch() {
      return runtime.version();
    }

    @Override
    public Path libtorchFolder() {
      return Path.of(LibUtils.getLibtorchPath());
    }

    @Override
    public boolean libtorchHasCuda() {
      return Files.exists(libtorchFolder().resolve(System.mapLibraryName("torch_cuda")));
    }

    @Override
    public Optional<String> variable(String name) {
      return Optional.ofNullable(System.getenv(name));
    }

    @Override
    public boolean canLoad(String name) {
      try {
        NativeLibrary.getInstance(name);
        return true;
      } catch (UnsatisfiedLinkError e) {
        return false;
      }
    }

    @Override
    public OptionalInt driverDevices() {
      try {
        NativeLibrary driver = NativeLibrary.getInstance("libcuda.so.1"); // as libtorch does
        IntByReference count = new IntByReference();
        boolean asked =
            driver.getFunction("cuInit").invokeInt(new Object[] {0}) == 0
                && driver.getFunction("cuDeviceGetCount").invokeInt(new Object[] {count}) == 0;
        // cuInit itself fails where the driver has no device to show
        return OptionalInt.of(asked ? count.getValue() : 0);
      } catch (UnsatisfiedLinkError e) {
        return OptionalInt.empty();
      }
    }
  }
}
