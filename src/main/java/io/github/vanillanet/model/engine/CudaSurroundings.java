package io.github.vanillanet.model.engine;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The requirements of a CUDA device, to diagnose why libtorch finds none.
 *
 * @param libtorch its version
 * @param cudaBuild whether libtorch was built with CUDA
 * @param libraryPath the variable PYTORCH_LIBRARY_PATH
 * @param visibleDevices the variable CUDA_VISIBLE_DEVICES
 * @param cudaRuntime whether the CUDA runtime, libcudart, can be loaded
 * @param driverDevices number of devices that the driver shows to this process; empty without a
 *     driver
 */
record CudaSurroundings(
    String libtorch,
    boolean cudaBuild,
    Optional<String> libraryPath,
    Optional<String> visibleDevices,
    boolean cudaRuntime,
    OptionalInt driverDevices) {

  /** Loads the driver and the runtime. */
  static CudaSurroundings ofThisProcess(TorchRuntime runtime) {
    Path libraries = Path.of(LibUtils.getLibtorchPath());
    return new CudaSurroundings(
        runtime.version(),
        Files.exists(libraries.resolve(System.mapLibraryName("torch_cuda"))),
        Optional.ofNullable(System.getenv("PYTORCH_LIBRARY_PATH")),
        Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")),
        hasCudaRuntime(),
        countDevices());
  }

  private static boolean hasCudaRuntime() {
    try {
      NativeLibrary.getInstance("cudart");
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  private static OptionalInt countDevices() {
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
