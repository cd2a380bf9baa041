package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlausibleInputTest {

  private static final int SEVERAL_BLOCKS = 2500;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1023, 1024, 1025, 2048, SEVERAL_BLOCKS})
  void valuesWithinTheLimitsAreAccepted(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (i % 2 == 0 ? 1 : -1) * 1000f * i / count;
    }

    assertThatCode(() -> PlausibleInput.require(buffer(values))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(floats = {0f, -0f, 1000f, -1000f, Float.MIN_VALUE, -Float.MIN_NORMAL})
  void theLimitsThemselvesAreAccepted(float value) {
    assertThatCode(() -> PlausibleInput.require(buffer(value))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      floats = {
        1000.0001f,
        -1000.0001f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
      })
  void aValueOutOfRangeIsRejectedAtAnyPosition(float value) {
    for (int at : new int[] {0, 1, 1023, 1024, 2047, 2048, SEVERAL_BLOCKS - 1}) {
      float[] values = new float[SEVERAL_BLOCKS];
      values[at] = value;

      assertThatThrownBy(() -> PlausibleInput.require(buffer(values)))
          .has(code(ErrorCode.INVALID_REQUEST))
          .hasMessageContainingAll("element " + at, String.valueOf(value));
    }
  }

  @Test
  void nanIsRejectedWithAnySign() {
    ByteBuffer negative = buffer(1, Float.intBitsToFloat(0xffc00001), 2);

    assertThatThrownBy(() -> PlausibleInput.require(negative)).hasMessageContaining("element 1");
  }

  @Test
  void theFirstValueOutOfRangeIsReported() {
    float[] values = new float[SEVERAL_BLOCKS];
    Arrays.fill(values, 1500, SEVERAL_BLOCKS, 5000);

    assertThatThrownBy(() -> PlausibleInput.require(buffer(values)))
        .hasMessageContaining("element 1500 is 5000.0");
  }

  @Test
  void aViewIsReadFromItsPositionWithoutMovingIt() {
    ByteBuffer values = buffer(9999, 1, 2, 9999);
    values.position(Float.BYTES).limit(3 * Float.BYTES);

    PlausibleInput.require(values);

    assertThat(values.position()).isEqualTo(Float.BYTES);
    assertThat(values.remaining()).isEqualTo(2 * Float.BYTES);
  }

  private static ByteBuffer buffer(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(values);
    return bytes;
  }
}
