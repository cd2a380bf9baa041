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

/** The forward path of a GPU, run on the CPU: without repacked weights. */
final class PlainForward {

  private PlainForward() {}

  /** Logits for {@code images}: uint8 {@code [samples, side, side, 3]}, direct. */
  static float[] of(TorchRuntime runtime, Path artifact, ByteBuffer images, int samples, int side) {
    try (PtNDManager manager = runtime.newManager(Device.CPU);
        PtSymbolBlock block =
            JniUtils.loadModule(manager, artifact, false, new String[0], new String[0], false);
        IValue input =
            IValue.from(manager.create(images, new Shape(samples, side, side, 3), DataType.UINT8));
        IValue output = IValueUtils.runMethod(block, "forward", input);
        NDArray logits = output.toTensor(manager)) {
      return logits.toFloatArray();
    }
  }
}
