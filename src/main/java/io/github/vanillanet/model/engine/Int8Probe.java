package io.github.vanillanet.model.engine;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.ActivationRanges;
import io.github.vanillanet.model.network.CalibrationModule;
import io.github.vanillanet.model.network.Int8Module;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out whether a CPU computes int8 products correctly. Without VNNI instructions, the sum of
 * two products of 8-bit numbers saturates at 16 bits. The probe compares int8 with float32 where
 * all products are as large as possible.
 */
final class Int8Probe {

  private static final double TOLERANCE = 0.02;

  private Int8Probe() {}

  static Optional<String> unsupported(
      TorchRuntime runtime, Network network, Preprocessing preprocessing) {
    StateDict weights = ones(network);
    ByteBuffer white = InputKind.IMAGES.buffer(1, preprocessing.height(), preprocessing.width());
    while (white.hasRemaining()) {
      white.put((byte) 255);
    }
    white.flip();
    float expected;
    ActivationRanges ranges;
    try (TorchInstance exact =
        PrecisionProbe.load(
            runtime, Device.CPU, CalibrationModule.of(network, weights, preprocessing))) {
      exact.attachToThread();
      expected = exact.forward(InputKind.IMAGES, white, 1)[0];
      RangeRecorder recorder = new RangeRecorder();
      recorder.add(exact.activations(white, 1));
      ranges = recorder.ranges(network);
    }
    try (TorchInstance reduced =
        PrecisionProbe.load(
            runtime, Device.CPU, Int8Module.of(network, weights, preprocessing, ranges))) {
      reduced.attachToThread();
      float found = reduced.forward(InputKind.IMAGES, white, 1)[0];
      return Math.abs(found - expected) <= TOLERANCE * Math.abs(expected)
          ? Optional.empty()
          : Optional.of(
              "sums of 8-bit products overflow, because the CPU has no VNNI instructions or"
                  + " oneDNN does not use them");
    }
  }

  /** Weights of 1 and biases of 0. */
  private static StateDict ones(Network network) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    ParameterTable.of(network)
        .shapes()
        .forEach(
            (name, shape) -> {
              float[] values = new float[(int) HostTensor.elementCount(shape)];
              Arrays.fill(values, name.endsWith(".weight") ? 1 : 0);
              tensors.put(name, HostTensor.of(values, shape));
            });
    return new StateDict(tensors);
  }
}
