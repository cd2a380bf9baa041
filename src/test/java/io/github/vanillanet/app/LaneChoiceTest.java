package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.model.engine.Device;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneChoiceTest {

  private final List<String> warnings = new ArrayList<>();

  @Test
  void severalLanesOnCudaBecomeOneWithAWarning() {
    assertThat(LaneChoice.of(4, Device.Kind.CUDA, warnings::add)).isEqualTo(1);
    assertThat(warnings).singleElement().asString().contains("vanillanet.lanes");
  }

  @Test
  void otherChoicesAreKeptWithoutAWarning() {
    assertThat(LaneChoice.of(1, Device.Kind.CUDA, warnings::add)).isEqualTo(1);
    assertThat(LaneChoice.of(4, Device.Kind.CPU, warnings::add)).isEqualTo(4);
    assertThat(warnings).isEmpty();
  }
}
