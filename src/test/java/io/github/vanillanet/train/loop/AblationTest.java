package io.github.vanillanet.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.train.dataset.Batch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The nets of the paper's tables 2 and 3. */
class AblationTest {

  private static final double SLOPE = 0.25;

  @ParameterizedTest
  @CsvSource({
    "off, off, none",
    "on, off, none",
    "off, 3, none",
    "on, 3, none",
    "on, 3, before",
    "on, 3, after"
  })
  void eachConfigurationHasItsNumberOfParameters(String deep, String series, String shortcut) {
    Recipe recipe =
        Recipes.of(
            "variant: 'vanillanet_6', deep_training: '%s', series: '%s', shortcut: '%s'"
                .formatted(deep, series, shortcut));
    boolean pairs = deep.equals("on");
    int kernel = series.equals("off") ? 1 : 7;
    long[] widths = {512, 1024, 2048, 4096, 4096};

    // weights, biases, and two parameters of the batch norm
    long expected = 4 * 4 * 3 * 512 + 3 * 512 + (pairs ? 512 * 512 + 3 * 512 : 0);
    for (int i = 1; i < widths.length; i++) {
      long in = widths[i - 1];
      expected += in * widths[i] + 3 * widths[i] + (pairs ? in * in + 3 * in : 0);
    }
    expected += Arrays.stream(widths).sum() * (kernel * kernel + 2);
    expected += 4096 * 1000 + 1000 + (pairs ? 2000 + 1000 * 1000 + 1000 : 0);
    assertThat(Cost.of(recipe.network(1000)).parameters()).isEqualTo(expected);
  }

  @Test
  void theUsualConfigurationIsThePublishedOne() {
    assertThat(Cost.of(Recipes.of("variant: 'vanillanet_6'").network(1000)).parameters())
        .isEqualTo(56116704);
  }

  /** Moves all parameters along the gradient: the loss must change by the gradient's norm. */
  @ParameterizedTest
  @CsvSource({
    "off, 0, none, PIXELWISE",
    "off, 1, none, PIXELWISE",
    "on, 0, none, PIXELWISE",
    "on, 1, before, PIXELWISE",
    "on, 3, after, PIXELWISE",
    "on, 1, before, PLANAR",
    "on, 0, after, PLANAR"
  })
  void theGradientIsThatOfTheLoss(String deep, String series, String shortcut, Kernels kernels) {
    TrainingSpec spec = spec(deep, series, shortcut, kernels);
    TrainingState start = wide(spec);
    List<float[]> found = gradients(start);
    List<String> names = StateNames.of(spec.network()).parameters();
    double norm =
        Math.sqrt(found.subList(2, found.size()).stream().mapToDouble(AblationTest::square).sum());
    assertThat(found).hasSize(2 + names.size());

    double step = 2e-4; // the third derivative is large
    double[] losses = new double[2];
    for (int side = 0; side < 2; side++) {
      double factor = (side == 0 ? step : -step) / norm;
      Map<String, HostTensor> moved = new LinkedHashMap<>(start.tensors().tensors());
      for (int i = 0; i < names.size(); i++) {
        float[] gradient = found.get(2 + i);
        moved.computeIfPresent(
            StateNames.MODEL + names.get(i), (name, tensor) -> moved(tensor, gradient, factor));
      }
      losses[side] = gradients(new TrainingState(spec, new StateDict(moved), 0)).get(0)[0];
    }
    assertThat((losses[0] - losses[1]) / (2 * step)).isCloseTo(norm, within(0.05 * norm));
  }

  /** With blocks whose own maps are 0, only a shortcut connects the stem and the loss. */
  @ParameterizedTest
  @EnumSource(Kernels.class)
  void onlyAShortcutPassesGradientsAroundABlock(Kernels kernels) {
    for (String shortcut : List.of("none", "before", "after")) {
      TrainingSpec spec = spec("on", "1", shortcut, kernels);
      String last = shortcut.equals("before") ? ".conv2.1.weight" : ".act.bn.weight";
      TrainingState cut =
          with(wide(spec), name -> name.contains("stages.") && name.endsWith(last), 0);

      float[] ofStem = gradients(cut).get(2);

      assertThat(square(ofStem) > 1e-9).as(shortcut).isEqualTo(!shortcut.equals("none"));
    }
  }

  private static double square(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static HostTensor moved(HostTensor tensor, float[] direction, double factor) {
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (factor * direction[i]);
    }
    return HostTensor.of(values, tensor.shape());
  }

  /** Random weights that are large enough for measurable gradients. */
  private static TrainingState wide(TrainingSpec spec) {
    TrainingState fresh = TrainingState.fresh(spec);
    Map<String, HostTensor> tensors = new LinkedHashMap<>(fresh.tensors().tensors());
    tensors.replaceAll(
        (name, tensor) ->
            name.startsWith(StateNames.MODEL) && tensor.shape().length == 4
                ? moved(tensor, tensor.toFloats(), 9)
                : tensor);
    return new TrainingState(spec, new StateDict(tensors), 0);
  }

  private static TrainingState with(TrainingState state, Predicate<String> names, float value) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>(state.tensors().tensors());
    tensors.replaceAll(
        (name, tensor) -> {
          if (!names.test(name)) {
            return tensor;
          }
          float[] values = tensor.toFloats();
          Arrays.fill(values, value);
          return HostTensor.of(values, tensor.shape());
        });
    return new TrainingState(state.spec(), new StateDict(tensors), 0);
  }

  /** Loss, logits and the gradient of each parameter for one batch. */
  private static List<float[]> gradients(TrainingState state) {
    TrainingSpec spec = state.spec();
    TorchRuntime runtime = TorchRuntime.load();
    runtime.setThreads(1);
    TrainingModule module = TrainingModule.of(spec, spec.recipe().optimizerSpec(), state.tensors());
    Batch batch = new StripedImages(1, 16, 32, true).open(0, 0).next().orElseThrow();
    StepInput input = StepInput.of(spec, batch, new double[0], 0, 0, SLOPE);
    try (TrainingEngine engine = TrainingEngine.load(runtime, Device.CPU, module)) {
      return engine.call(
          "gradients",
          scope -> engine.arguments(scope, input),
          out -> {
            out.set(0, out.get(0).toType(DataType.FLOAT32, false));
            return out.stream().map(NDArray::toFloatArray).toList();
          });
    }
  }

  private static TrainingSpec spec(String deep, String series, String shortcut, Kernels kernels) {
    Recipe recipe =
        Recipes.of(
            """
            dims: [6, 8, 12, 10], input_size: 32, ema_decay: 0, epochs: 4,
            deep_training: '%s', series: %s, shortcut: '%s'"""
                .formatted(deep, series, shortcut));
    return new TrainingSpec(recipe, StripedImages.CLASSES, kernels);
  }
}
