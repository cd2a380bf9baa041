package io.github.vanillanet.train.loop;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScalarType;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.dataset.Batch;
import io.github.vanillanet.train.dataset.Batches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Network, batch and results of one training step of the official PyTorch code. */
final class OfficialStep {

  static final JsonNode META = Oracle.json("gradient_step/meta.json");
  static final double SLOPE = 0.25;
  static final int SAMPLES = 8;
  static final int CLASSES = 10;

  private OfficialStep() {}

  static TrainingSpec spec(OptimizerKind optimizer, Kernels kernels, Compute compute) {
    Recipe recipe =
        Recipe.of(
            Recipes.json(
                """
                name: 'official', variant: 'vanillanet_6', dims: [8, 16, 32, 64, 64], act_num: 3,
                input_size: 64, loss: 'cross_entropy', ema_decay: 0, optimizer: '%s',
                compute: '%s'"""
                    .formatted(lowerCase(optimizer), lowerCase(compute))));
    return new TrainingSpec(recipe, CLASSES, kernels);
  }

  private static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static TrainingEngine engine(OptimizerSpec optimizer, Kernels kernels) {
    return engine(optimizer, kernels, Compute.FLOAT32);
  }

  static TrainingEngine engine(OptimizerSpec optimizer, Kernels kernels, Compute compute) {
    TrainingSpec spec = spec(optimizer.kind(), kernels, compute);
    StateDict state = TrainingState.initial(spec, pack("before")).tensors();
    TrainingModule module = TrainingModule.of(spec, optimizer, state);
    return TrainingEngine.load(TorchRuntime.load(), Device.CPU, module);
  }

  /** Loss, logits, then the gradient of each parameter. Changes only the running statistics. */
  static List<float[]> gradients(TrainingEngine engine, StepInput input) {
    return engine.call(
        "gradients",
        scope -> engine.arguments(scope, input),
        out -> {
          out.set(0, out.get(0).toType(DataType.FLOAT32, false));
          return out.stream().map(NDArray::toFloatArray).toList();
        });
  }

  /**
   * Updates the parameters and the moving average.
   *
   * @param gradients in the order of the parameters
   */
  static void apply(TrainingEngine engine, List<HostTensor> gradients, Controls controls) {
    engine.call(
        "apply",
        scope -> {
          NDList arguments = new NDList();
          for (HostTensor gradient : gradients) {
            Shape shape = new Shape(gradient.shape());
            NDArray array =
                scope.create(gradient.to(ScalarType.FLOAT32).bytes(), shape, DataType.FLOAT32);
            array.setName("g[]"); // DJL passes arrays of this name as one list
            arguments.add(array);
          }
          arguments.add(scope.create(controls.values()));
          return arguments;
        },
        out -> out.size());
  }

  static Batch batch() {
    int[] labels = new int[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      labels[i] = META.get("labels").get(i).asInt();
    }
    return Batches.of(Oracle.array("gradient_step/input").toFloats(), labels);
  }

  static StepInput input(Controls controls) {
    return input(batch(), controls);
  }

  /**
   * @param batch with the labels of {@link #batch()}
   */
  static StepInput input(Batch batch, Controls controls) {
    float[] targets = StepInput.targets(batch.labels(), CLASSES, 0, 1);
    return new StepInput(batch, targets, new float[0], controls);
  }

  static Controls controls(double rate, int step) {
    return new Controls(SLOPE, rate, step, 1, Mixing.NONE);
  }

  /**
   * Reads the tensors of {@code NAME.bin}; {@code NAME.json} holds their names, types and shapes.
   */
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
            new HostTensor(
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
