package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.Batches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The official net, its batch and its answers for one training step. */
final class OfficialStep {

  static final JsonNode META = Oracle.json("gradient_step/meta.json");
  static final double SLOPE = 0.25;
  static final int SAMPLES = 8;
  static final int CLASSES = 10;

  static final Network NETWORK =
      Network.of(
          new Architecture(
              VanillaNetVariant.VANILLANET_6, List.of(8, 16, 32, 64, 64), 3, CLASSES, 64, 64),
          Form.TRAINING);

  private OfficialStep() {}

  static Batch batch() {
    int[] labels = new int[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      labels[i] = META.get("labels").get(i).asInt();
    }
    return Batches.of(Oracle.array("gradient_step/input").toFloats(), labels);
  }

  static float[] targets() {
    return Targets.of(batch().labels(), CLASSES, 0, 1);
  }

  static Controls controls(double rate, int step) {
    return new Controls(SLOPE, rate, step, 1, Mixing.NONE);
  }

  static TrainingEngine engine(OptimizerSpec optimizer, double emaDecay, Kernels kernels) {
    return engine(optimizer, emaDecay, kernels, Compute.FLOAT32);
  }

  static TrainingEngine engine(
      OptimizerSpec optimizer, double emaDecay, Kernels kernels, Compute compute) {
    TrainingState state =
        TrainingState.initial(NETWORK, pack("before"), optimizer.kind(), emaDecay > 0);
    TrainingModule module =
        TrainingModule.of(
            NETWORK,
            optimizer,
            LossKind.CROSS_ENTROPY,
            emaDecay,
            kernels,
            compute,
            state.tensors());
    return TrainingEngine.load(TorchRuntime.load(), Device.CPU, module, 64, 64);
  }

  /** Named tensors of {@code NAME.bin} as {@code NAME.json} describes them. */
  static StateDict pack(String name) {
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(Files.readAllBytes(Oracle.file("gradient_step/" + name + ".bin")))
              .order(ByteOrder.LITTLE_ENDIAN);
      Map<String, HostTensor> tensors = new LinkedHashMap<>();
      for (JsonNode tensor : Oracle.json("gradient_step/" + name + ".json").get("tensors")) {
        long[] shape = new long[tensor.get("shape").size()];
        for (int i = 0; i < shape.length; i++) {
          shape[i] = tensor.get("shape").get(i).asLong();
        }
        ScalarType type =
            switch (tensor.get("dtype").asText()) {
              case "float32" -> ScalarType.FLOAT32;
              case "float64" -> ScalarType.FLOAT64;
              case "int64" -> ScalarType.INT64;
              default -> throw new IllegalArgumentException(tensor.toString());
            };
        tensors.put(
            tensor.get("name").asText(),
            HostTensor.wrap(
                type,
                shape,
                bytes.slice(tensor.get("offset").asInt(), tensor.get("bytes").asInt())));
      }
      return new StateDict(tensors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
