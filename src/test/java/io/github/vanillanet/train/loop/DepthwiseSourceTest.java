package io.github.vanillanet.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.ModuleTree;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares result and gradient with those of one ordinary convolution. */
class DepthwiseSourceTest {

  private static final String SELF = "self: __torch__.Depthwise";
  private static final int IMAGES = 3;
  private static final int CHANNELS = 32;

  /** Sums of at most 3 · 81 products of numbers below 1, in float32, in another order. */
  private static final float TOLERANCE = 2e-4f;

  private static final String PROBE =
      """
        def forward(SELF, x: Tensor) -> Tensor:
          return x
        def here(SELF, x: Tensor, k: Tensor, g: Tensor) -> List[Tensor]:
          torch.set_grad_enabled(False)
          return [(self).depthwise(x, k), (self).depthwise_gradient(x, g, torch.size(k, 2))]
        def torch_itself(SELF, x: Tensor, k: Tensor, g: Tensor) -> List[Tensor]:
          torch.set_grad_enabled(False)
          p = torch.floordiv(torch.size(k, 2), 2)
          n = torch.size(x, 1)
          _0, found, _1 = torch.convolution_backward(g, x, k, None, [1, 1], [p, p], [1, 1], False, [0, 0], n, [False, True, False])
          return [torch.conv2d(x, k, None, [1, 1], [p, p], [1, 1], n), found]
      """
          .replace("SELF", SELF);

  @ParameterizedTest
  @CsvSource({
    "1, 1", "1, 2", "2, 2", "3, 3", "2, 5", "4, 4", "5, 3", "6, 6", "7, 7", "8, 8", "9, 1", "9, 9"
  })
  void resultAndGradientEqualThoseOfOneConvolution(int height, int width) {
    TorchRuntime runtime = TorchRuntime.load();
    ModuleTree tree = new ModuleTree("Depthwise");
    String source = tree.childClasses() + tree.declaration("", PROBE + DepthwiseSource.of(SELF));
    try (PtNDManager manager = runtime.newManager(Device.CPU);
        PtSymbolBlock block =
            runtime.loadModule(manager, Device.CPU, source, tree.instance(Map.of()))) {
      for (int side = 3; side <= DepthwiseSource.LARGEST_KERNEL; side += 2) {
        SplittableRandom random = new SplittableRandom(side);
        NDArray x = array(manager, random, IMAGES, CHANNELS, height, width);
        NDArray kernel = array(manager, random, CHANNELS, 1, side, side);
        NDArray gradient = array(manager, random, IMAGES, CHANNELS, height, width);

        NDList actual = call(block, manager, "here", x, kernel, gradient);
        NDList expected = call(block, manager, "torch_itself", x, kernel, gradient);

        for (int i = 0; i < 2; i++) {
          assertThat(actual.get(i).getShape()).isEqualTo(expected.get(i).getShape());
          assertThat(actual.get(i).toFloatArray())
              .as("side %d, output %d", side, i)
              .containsExactly(expected.get(i).toFloatArray(), within(TOLERANCE));
        }
      }
    }
  }

  private static NDArray array(PtNDManager manager, SplittableRandom random, long... shape) {
    float[] values = new float[(int) new Shape(shape).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return manager.create(values, new Shape(shape));
  }

  private static NDList call(
      PtSymbolBlock block, PtNDManager manager, String method, NDArray... arguments) {
    NDList all = new NDList(arguments);
    NDArray marker = manager.create(0f);
    marker.setName("module_method:" + method);
    all.add(marker);
    return IValueUtils.forward(block, all, true);
  }
}
