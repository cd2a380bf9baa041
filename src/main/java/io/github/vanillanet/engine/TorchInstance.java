package io.github.vanillanet.engine;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.github.vanillanet.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * An artifact loaded by libtorch. On a CPU its weights are repacked for oneDNN at once.
 *
 * <p>The block is loaded without DJL's {@code Model}: that would list the parameters, and the list
 * keeps the original weights alive beside the repacked ones.
 */
public final class TorchInstance implements ModelInstance {

  private static final String[] NO_EXTRA_FILES = {};

  /** How allocators of libtorch, cuBLAS and cuDNN say that the device is full. */
  private static final List<String> FULL =
      List.of("out of memory", "not enough memory", "CUBLAS_STATUS_ALLOC", "CUDNN_STATUS_ALLOC");

  private final TorchRuntime runtime;
  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private final int height;
  private final int width;
  private final int threads;
  private boolean closed; // guarded by this

  private TorchInstance(
      TorchRuntime runtime,
      PtNDManager manager,
      PtSymbolBlock block,
      int height,
      int width,
      int threads) {
    this.runtime = runtime;
    this.manager = manager;
    this.block = block;
    this.height = height;
    this.width = width;
    this.threads = threads;
  }

  /**
   * Loads an artifact whose bytes the caller has verified.
   *
   * @param height of the model's input
   * @param width of the model's input
   * @param threads that one forward may use on a CPU
   * @throws ServiceException.BadArtifact if libtorch cannot load it
   */
  public static TorchInstance load(
      TorchRuntime runtime, Path artifact, Device device, int height, int width, int threads) {
    PtNDManager manager = runtime.newManager(device);
    try {
      PtSymbolBlock block =
          JniUtils.loadModule(
              manager,
              artifact,
              device.kind() == Device.Kind.CUDA,
              NO_EXTRA_FILES,
              NO_EXTRA_FILES,
              false);
      if (device.kind() == Device.Kind.CPU) {
        IValueUtils.runMethod(block, "prepare").close();
        NativeEnvironment.releaseFreeMemory(); // the original weights
      }
      return new TorchInstance(runtime, manager, block, height, width, threads);
    } catch (RuntimeException e) {
      manager.close();
      throw new ServiceException.BadArtifact(
          "libtorch cannot load %s: %s".formatted(artifact, firstLine(e)), e);
    }
  }

  /**
   * The same weights for a further thread: libtorch runs one module from several threads at once,
   * with the same answers. Its {@link #close} does nothing; this one's frees the weights.
   */
  public ModelInstance forAnotherThread() {
    return new SharedInstance(this);
  }

  @Override
  public void attachToThread() {
    runtime.setThreads(threads);
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      PtNDArray batch =
          switch (kind) {
            case IMAGES ->
                scope.create(input, new Shape(samples, height, width, 3), DataType.UINT8);
            case NORMALISED ->
                scope.create(input, new Shape(samples, 3, height, width), DataType.FLOAT32);
          };
      String method =
          switch (kind) {
            case IMAGES -> "forward";
            case NORMALISED -> "forward_normalised";
          };
      try (IValue argument = IValue.from(batch);
          IValue result = IValueUtils.runMethod(block, method, argument);
          NDArray logits = result.toTensor(scope)) {
        return logits.toFloatArray();
      }
    } catch (EngineException e) {
      throw failure(e);
    }
  }

  private static ServiceException failure(EngineException e) {
    String reason = firstLine(e);
    if (FULL.stream().anyMatch(reason::contains)) {
      return new ServiceException.OutOfDeviceMemory("the device is out of memory: " + reason, e);
    }
    return new ServiceException.EngineFailure("the forward pass failed: " + reason, e);
  }

  private static String firstLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      block.close();
      manager.close();
      NativeEnvironment.releaseFreeMemory();
    }
  }
}
