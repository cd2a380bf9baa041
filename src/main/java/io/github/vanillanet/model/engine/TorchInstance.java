package io.github.vanillanet.model.engine;

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
import io.github.vanillanet.base.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * An artifact loaded by libtorch. On a CPU its weights are repacked for oneDNN.
 *
 * <p>The module is loaded without DJL's {@code Model}, which lists the parameters: the list would
 * keep the original weights beside the repacked ones.
 */
public final class TorchInstance implements ModelInstance {

  private static final float[] NO_SCORES = {};

  private final TorchRuntime runtime;
  private final Device device;
  private final PtNDManager manager;
  private final PtSymbolBlock block;
  private final int height;
  private final int width;
  private final int threads;
  private boolean closed; // guarded by this

  private TorchInstance(
      TorchRuntime runtime,
      Device device,
      PtNDManager manager,
      PtSymbolBlock block,
      int height,
      int width,
      int threads) {
    this.runtime = runtime;
    this.device = device;
    this.manager = manager;
    this.block = block;
    this.height = height;
    this.width = width;
    this.threads = threads;
  }

  /** See {@link InstanceLoader}. */
  public static TorchInstance load(
      TorchRuntime runtime, Path artifact, Device device, int height, int width, int threads) {
    PtNDManager manager = runtime.newManager(device);
    try {
      PtSymbolBlock block = TorchRuntime.loadModule(manager, device, artifact);
      int used = threads;
      if (device.kind() == Device.Kind.CPU) {
        try (IValue most = IValueUtils.runMethod(block, "prepare")) {
          used = most.isLong() ? (int) Math.min(threads, most.toLong()) : threads;
        }
        NativeEnvironment.releaseFreeMemory(); // of the original weights
      }
      return new TorchInstance(runtime, device, manager, block, height, width, used);
    } catch (RuntimeException e) {
      manager.close();
      throw TorchFailure.of(e, ErrorCode.BAD_ARTIFACT, "libtorch cannot load " + artifact);
    }
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public void attachToThread() {
    runtime.setThreads(threads);
  }

  @Override
  public float[] forward(InputKind kind, ByteBuffer input, int samples) {
    if (kind.maps()) {
      return forwardMaps(kind, input, samples).rows(NO_SCORES, true);
    }
    String method = kind.pixels() ? "forward" : "forward_normalised";
    return run(method, kind, input, samples, TorchInstance::floats);
  }

  private static float[] floats(PtNDManager scope, IValue result) {
    try (NDArray values = result.toTensor(scope)) {
      return values.toFloatArray();
    }
  }

  @Override
  public LastMaps forwardMaps(InputKind kind, ByteBuffer input, int samples) {
    return run(
        kind.pixels() ? "forward_maps" : "forward_maps_normalised",
        kind,
        input,
        samples,
        (scope, result) -> {
          IValue[] both = result.toIValueTuple();
          try (IValue first = both[0];
              IValue second = both[1];
              NDArray logits = first.toTensor(scope);
              NDArray maps = second.toTensor(scope)) {
            int channels = Math.toIntExact(maps.getShape().get(1));
            return new LastMaps(logits.toFloatArray(), maps.toFloatArray(), samples, channels);
          }
        });
  }

  /**
   * Measures the activations of images.
   *
   * @param images as in {@link #forward}
   * @return [3, channels] of an artifact for calibration, see {@link
   *     io.github.vanillanet.model.network.CalibrationModule}
   */
  public float[] activations(ByteBuffer images, int samples) {
    return run("activations", InputKind.IMAGES, images, samples, TorchInstance::floats);
  }

  /** Copies the result of a method to the heap, while its tensors are open. */
  private interface Copy<T> {
    T of(PtNDManager scope, IValue result);
  }

  private <T> T run(String method, InputKind kind, ByteBuffer input, int samples, Copy<T> copy) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      PtNDArray batch =
          kind.pixels()
              ? scope.create(input, new Shape(samples, height, width, 3), DataType.UINT8)
              : scope.create(input, new Shape(samples, 3, height, width), DataType.FLOAT32);
      try (IValue argument = IValue.from(batch);
          IValue result = IValueUtils.runMethod(block, method, argument)) {
        return copy.of(scope, result);
      }
    } catch (EngineException e) {
      if (device.kind() == Device.Kind.CUDA && TorchFailure.isOutOfMemory(e)) {
        JniUtils.emptyCudaCache(); // cuBLAS and cuDNN allocate outside libtorch's cache
      }
      throw TorchFailure.of(e, ErrorCode.ENGINE_FAILURE, "the forward pass failed");
    }
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
