package io.github.vanillanet.model.checkpoint;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightCheckTest {

  @Test
  void allBadTensorsAreNamedAtOnce() {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("a", HostTensor.of(new float[] {0, Float.NaN}, 2));
    tensors.put("b", HostTensor.of(new float[] {0, Float.NEGATIVE_INFINITY}, 2));
    tensors.put("c", HostTensor.of(new float[] {-Float.MAX_VALUE, -0f}, 2));
    tensors.put("d.running_var", HostTensor.of(new float[] {1, -1e-30f}, 2));
    tensors.put("e.running_var", HostTensor.of(new float[] {0, -0f}, 2));
    tensors.put("e.running_mean", HostTensor.of(new float[] {-1}, 1));

    assertThatThrownBy(() -> WeightCheck.requireSane(new StateDict(tensors)))
        .has(code(ErrorCode.BAD_CHECKPOINT))
        .hasMessageMatching(".*infinity in a, b;.*negative.* in d\\.running_var");
  }

  @ParameterizedTest
  @EnumSource(
      value = ScalarType.class,
      names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
  void theLastOfManyValuesIsCheckedInEveryFloatingType(ScalarType type) {
    double[] values = new double[100_003];
    values[values.length - 2] = -65504;
    HostTensor fine = HostTensor.of(values, values.length).to(type);
    values[values.length - 1] = Double.POSITIVE_INFINITY;
    HostTensor infinite = HostTensor.of(values, values.length).to(type);
    values[values.length - 1] = Double.NaN;
    HostTensor nan = HostTensor.of(values, values.length).to(type);

    assertThatCode(() -> check(fine)).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(infinite)).has(code(ErrorCode.BAD_CHECKPOINT));
    assertThatThrownBy(() -> check(nan)).has(code(ErrorCode.BAD_CHECKPOINT));
  }

  @Test
  void integersAreAlwaysFinite() {
    HostTensor counter =
        HostTensor.build(ScalarType.INT64, new long[0], bytes -> bytes.putLong(-1));

    assertThatCode(() -> check(counter)).doesNotThrowAnyException();
  }

  private static void check(HostTensor tensor) {
    WeightCheck.requireSane(new StateDict(Map.of("w", tensor)));
  }
}
