package io.github.vanillanet.model.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.ScriptObject;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import java.util.Arrays;
import java.util.Map;

/**
 * Evaluates either form of a net in float64, in evaluation mode, at any slope: the reference for
 * every fused net. Holds one layer's weights at a time, so that large nets need little memory. Also
 * multiplies matrices in float64. Not thread-safe.
 */
public final class Float64Reference implements AutoCloseable {

  private static final int FLOAT64 = 7; // c10::ScalarType::Double

  private static final String SOURCE =
      """
      class Operations(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def convolution(self: __torch__.Operations, x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int, groups: int) -> Tensor:
          return torch.conv2d(x, torch.to(weight, %1$d), torch.to(bias, %1$d), [stride, stride], [padding, padding], [1, 1], groups)
        def batch_norm(self: __torch__.Operations, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, var: Tensor, eps: float) -> Tensor:
          return torch.batch_norm(x, torch.to(weight, %1$d), torch.to(bias, %1$d), torch.to(mean, %1$d), torch.to(var, %1$d), False, 0., eps, False)
        def leaky_relu(self: __torch__.Operations, x: Tensor, slope: float) -> Tensor:
          return torch.leaky_relu(x, slope)
        def max_pool(self: __torch__.Operations, x: Tensor, size: int) -> Tensor:
          return torch.max_pool2d(x, [size, size], [size, size])
        def adaptive_max_pool(self: __torch__.Operations, x: Tensor, size: int) -> Tensor:
          y, _0 = torch.adaptive_max_pool2d(x, [size, size])
          return y
        def average(self: __torch__.Operations, x: Tensor) -> Tensor:
          return torch.mean(x, [2, 3], True)
        def product(self: __torch__.Operations, a: Tensor, b: Tensor) -> Tensor:
          return torch.matmul(torch.to(a, %1$d), torch.to(b, %1$d))
      """
          .formatted(FLOAT64);

  private final PtNDManager manager;
  private final PtSymbolBlock operations;

  public Float64Reference(TorchRuntime runtime) {
    manager = runtime.newManager(Device.CPU);
    ScriptObject root = new ScriptObject("Operations", Map.of("training", false));
    operations = runtime.loadModule(manager, Device.CPU, SOURCE, root);
  }

  /**
   * Computes logits.
   *
   * @param weights named as the network's parameters, of any floating type
   * @param slope of the training form's LeakyReLU, 0..1; no effect on the deployed form
   * @param normalised [samples, 3, h, w]
   * @return [samples, classes], row-major
   */
  public double[] logits(
      Network network, StateDict weights, double slope, float[] normalised, int samples) {
    int height = network.architecture().inputHeight();
    int width = network.architecture().inputWidth();
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      NDArray input = scope.create(normalised, new Shape(samples, 3, height, width));
      NDArray x = input.toType(DataType.FLOAT64, false);
      for (Layer layer : network.layers()) {
        try (PtNDManager step = (PtNDManager) scope.newSubManager()) {
          NDArray y = apply(step, layer, weights, slope, (PtNDArray) x);
          if (y != x) {
            y.attach(scope);
            x.close();
            x = y;
          }
        }
      }
      return x.toDoubleArray();
    }
  }

  /** The matrix product in float64: [m, k] · [k, n] = [m, n]. */
  public HostTensor product(HostTensor a, HostTensor b) {
    try (PtNDManager scope = (PtNDManager) manager.newSubManager()) {
      NDArray result = run(scope, "product", a, b);
      return HostTensor.build(
          ScalarType.FLOAT64,
          result.getShape().getShape(),
          bytes -> bytes.put(result.toByteBuffer(true)));
    }
  }

  private NDArray apply(
      PtNDManager scope, Layer layer, StateDict weights, double slope, PtNDArray x) {
    if (layer instanceof Layer.Convolution conv) {
      HostTensor bias =
          conv.bias()
              ? weights.get(conv.name() + ".bias")
              : HostTensor.of(new double[conv.out()], conv.out());
      return run(
          scope,
          "convolution",
          x,
          weights.get(conv.name() + ".weight"),
          bias,
          conv.stride(),
          conv.padding(),
          conv.groups());
    }
    if (layer instanceof Layer.BatchNorm norm) {
      return run(
          scope,
          "batch_norm",
          x,
          weights.get(norm.name() + ".weight"),
          weights.get(norm.name() + ".bias"),
          weights.get(norm.name() + ".running_mean"),
          weights.get(norm.name() + ".running_var"),
          Layer.BatchNorm.EPS);
    }
    if (layer instanceof Layer.Relu) {
      return run(scope, "leaky_relu", x, 0.0);
    }
    if (layer instanceof Layer.SlopedRelu) {
      return run(scope, "leaky_relu", x, slope);
    }
    if (layer instanceof Layer.MaxPool pool) {
      return run(scope, "max_pool", x, pool.size());
    }
    if (layer instanceof Layer.AdaptiveMaxPool pool) {
      return run(scope, "adaptive_max_pool", x, pool.size());
    }
    if (layer instanceof Layer.GlobalAveragePool) {
      return run(scope, "average", x);
    }
    if (layer instanceof Layer.Dropout) {
      return x; // the identity in evaluation
    }
    throw new IllegalStateException("not in a published net: " + layer);
  }

  /** Calls a method of {@link #SOURCE} with tensors, integers and doubles. */
  private NDArray run(PtNDManager scope, String method, Object... arguments) {
    IValue[] values =
        Arrays.stream(arguments).map(argument -> value(scope, argument)).toArray(IValue[]::new);
    try (IValue result = IValueUtils.runMethod(operations, method, values)) {
      return result.toTensor(scope);
    } finally {
      for (IValue value : values) {
        value.close();
      }
    }
  }

  private static IValue value(PtNDManager scope, Object argument) {
    if (argument instanceof Integer number) {
      return IValue.from(number.longValue());
    }
    if (argument instanceof Double number) {
      return IValue.from(number.doubleValue());
    }
    return IValue.from(
        argument instanceof HostTensor tensor ? array(scope, tensor) : (PtNDArray) argument);
  }

  private static PtNDArray array(PtNDManager scope, HostTensor tensor) {
    if (!tensor.type().isFloatingPoint()) {
      throw new IllegalArgumentException("expected floating weights, found " + tensor);
    }
    boolean wide = tensor.type() == ScalarType.FLOAT64;
    HostTensor host = wide ? tensor : tensor.to(ScalarType.FLOAT32); // exact
    return (PtNDArray)
        scope.create(
            host.bytes(), new Shape(host.shape()), wide ? DataType.FLOAT64 : DataType.FLOAT32);
  }

  @Override
  public void close() {
    operations.close();
    manager.close();
  }
}
