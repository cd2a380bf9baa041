package io.github.vanillanet.train.loop;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.github.vanillanet.model.checkpoint.ScriptObject;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The loss of a training step and its gradient, without a network. */
record LossProbe(PtNDManager manager, PtSymbolBlock block) implements AutoCloseable {

  private static final String SELF = "self: __torch__.Probe";

  static LossProbe load(TorchRuntime runtime, LossKind loss) {
    String source =
        """
        class Probe(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
        %s  def forward(%s, z: Tensor, y: Tensor) -> List[Tensor]:
            torch.set_grad_enabled(True)
            leaf = torch.requires_grad_(torch.detach(z))
            l = (self).loss(leaf, y)
            g = torch._unwrap_optional((torch.grad([l], [leaf]))[0])
            torch.set_grad_enabled(False)
            return [torch.detach(l), g]
        """
            .formatted(StepSource.loss(loss, SELF), SELF);
    PtNDManager manager = runtime.newManager(Device.CPU);
    try {
      Path file = Files.createTempFile("probe-", ".pt");
      TorchArchive.writeModule(file, source, new ScriptObject("Probe", Map.of("training", false)));
      PtSymbolBlock block =
          JniUtils.loadModule(manager, file, false, new String[0], new String[0], false);
      Files.delete(file);
      return new LossProbe(manager, block);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the loss, then the gradient of each logit. */
  float[] lossAndGradient(float[] logits, float[] targets, int classes) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      Shape shape = new Shape(logits.length / classes, classes);
      NDArray z = scope.create(logits, shape);
      NDArray y = scope.create(targets, shape);
      NDList out = IValueUtils.forward(block, new NDList(z, y), true);
      float[] answer = new float[1 + logits.length];
      answer[0] = out.get(0).getFloat();
      System.arraycopy(out.get(1).toFloatArray(), 0, answer, 1, logits.length);
      return answer;
    }
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
