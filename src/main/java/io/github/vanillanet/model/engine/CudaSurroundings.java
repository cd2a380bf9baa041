package io.github.vanillanet.model.engine;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** The requirements of a CUDA device, to diagnose why libtorch finds none. */
interface CudaSurroundings {

  /** Number of CUDA devices that libtorch can use. */
  int usableDevices();

  /** Version of libtorch. */
  String libtorch();

  /** Whether libtorch was built with CUDA. */
  boolean libtorchHasCuda();

  /** An environment variable. */
  Optional<String> variable(String name);

  /** Whether the CUDA runtime, libcudart, can be loaded. */
  boolean hasCudaRuntime();

  /** Number of devices that the driver shows to this process; empty without a driver. */
  OptionalInt driverDevices();

  /** The surroundings of this process. */
  record OfThisProcess(TorchRuntime runtime) implements CudaSurroundings {

    @Override
    public int usableDevices() {
      return runtime.cudaDevices();
    }

    @Override
    public String libtorch() {
      return runtime.version();
    }

    @Override
    public boolean libtorchHasCuda() {
      Path folder = Path.of(LibUtils.getLibtorchPath());
      return Files.exists(folder.resolve(System.mapLibraryName("torch_cuda")));
    }

    @Override
    public Optional<String> variable(String name) {
      return Optional.ofNullable(System.getenv(name));
    }

    @Override
    public boolean hasCudaRuntime() {
      try {
        NativeLibrary.getInstance("cudart");
        return true;
      } catch (UnsatisfiedLinkError e) {
        return false;
      }
    }

    @Override
    public OptionalInt driverDevices() {
      try {
        NativeLibrary driver = NativeLibrary.getInstance("libcuda.so.1"); // libtorch loads the same
        IntByReference count = new IntByReference();
        boolean counted =
            driver.getFunction("cuInit").invokeInt(new Object[] {0}) == 0
                && driver.getFunction("cuDeviceGetCount").invokeInt(new Object[] {count}) == 0;
        return OptionalInt.of(counted ? count.getValue() : 0); // cuInit fails without a device
      } catch (UnsatisfiedLinkError e) {
        return OptionalInt.empty();
      }
    }
  }
}
