package io.github.vanillanet.train.loop;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.engine.Device;
import org.junit.jupiter.api.Test;

class CpuFeaturesTest {

  private static final String CPUINFO = "processor\t: 0\nflags\t\t: fpu avx2 %s fma\nbogomips: 1\n";

  @Test
  void aCpuMultipliesBfloat16WithTheRightInstructions() {
    assertThat(CpuFeatures.of(CPUINFO.formatted("avx512_bf16")).multipliesBfloat16()).isTrue();
    assertThat(CpuFeatures.of(CPUINFO.formatted("amx_bf16")).multipliesBfloat16()).isTrue();
    assertThat(CpuFeatures.of(CPUINFO.formatted("avx512f")).multipliesBfloat16()).isFalse();
    assertThat(CpuFeatures.of("").multipliesBfloat16()).isFalse();
  }

  @Test
  void bfloat16IsRejectedOnACpuThatCannotMultiplyIt() {
    if (CpuFeatures.ofThisMachine().multipliesBfloat16()) {
      assertThatCode(() -> Compute.BFLOAT16.requireFastOn(Device.CPU)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> Compute.BFLOAT16.requireFastOn(Device.CPU))
          .has(code(ErrorCode.INVALID_REQUEST));
    }
    assertThatCode(() -> Compute.FLOAT32.requireFastOn(Device.CPU)).doesNotThrowAnyException();
    assertThatCode(() -> Compute.BFLOAT16.requireFastOn(Device.parse("cuda:0")))
        .doesNotThrowAnyException();
  }
}
