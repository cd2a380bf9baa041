package io.github.vanillanet.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.BiFunction;

/** The forward path of a GPU, run on the CPU: without repacked weights. */
final class PlainForward {

  private PlainForward() {}

  /** Logits for {@code images}: uint8 {@code [samples, height, width, 3]}, direct. */
  static float[] of(
      TorchRuntime runtime, Path artifact, ByteBuffer images, int samples, int height, int width) {
    return run(runtime, artifact, images, samples, height, width, "forward", PlainForward::floats);
  }

  static float[] of(TorchRuntime runtime, Path artifact, ByteBuffer images, int samples, int side) {
    return of(runtime, artifact, images, samples, side, side);
  }

  /** As above, with the last maps. */
  static LastMaps maps(
      TorchRuntime runtime, Path artifact, ByteBuffer images, int samples, int side) {
    return run(
        runtime,
        artifact,
        images,
        samples,
        side,
        side,
        "forward_maps",
        (manager, output) -> {
          IValue[] both = output.toIValueTuple();
          try (IValue logits = both[0];
              IValue second = both[1];
              NDArray maps = second.toTensor(manager)) {
            int channels = (int) maps.getShape().get(1);
            return new LastMaps(floats(manager, logits), maps.toFloatArray(), samples, channels);
          }
        });
  }

  private static float[] floats(PtNDManager manager, IValue value) {
    try (NDArray tensor = value.toTensor(manager)) {
      return tensor.toFloatArray();
    }
  }

  private static <T> T run(
      TorchRuntime runtime,
      Path artifact,
      ByteBuffer images,
      int samples,
      int height,
      int width,
      String method,
      BiFunction<PtNDManager, IValue, T> copy) {
    try (PtNDManager manager = runtime.newManager(Device.CPU);
        PtSymbolBlock block =
            JniUtils.loadModule(manager, artifact, false, new String[0], new String[0], false);
        IValue input =
            IValue.from(
                manager.create(images, new Shape(samples, height, width, 3), DataType.UINT8));
        IValue output = IValueUtils.runMethod(block, method, input)) {
      return copy.apply(manager, output);
    }
  }
}
