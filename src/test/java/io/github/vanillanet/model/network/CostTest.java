package io.github.vanillanet.model.network;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CostTest {

  static Stream<JsonNode> publishedVariants() {
    return StreamSupport.stream(Oracle.json("published.json").get("variants").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("publishedVariants")
  void everyVariantHasThePublishedCosts(JsonNode published) {
    VanillaNetVariant variant =
        VanillaNetVariant.named(published.get("variant").asText()).orElseThrow();
    Architecture architecture = Architecture.official(variant);

    Network deployed = Network.of(architecture, Form.DEPLOYED);
    Network training = Network.of(architecture, Form.TRAINING);

    assertThat(architecture.depth()).isEqualTo(published.get("depth").asInt());
    assertThat(architecture.dims())
        .hasToString(published.get("dims").toString().replace(",", ", "));
    assertThat(architecture.variant().strides())
        .hasToString(published.get("strides").toString().replace(",", ", "));
    assertSame(Cost.of(deployed), published.get("deploy"));
    assertSame(Cost.of(training), published.get("training"));
    assertThat(ParameterTable.of(deployed).shapes())
        .hasSize(published.get("deploy").get("state_dict_entries").asInt());
  }

  private static void assertSame(Cost cost, JsonNode published) {
    assertThat(cost.parameters()).isEqualTo(published.get("parameters").asLong());
    assertThat(cost.buffers()).isEqualTo(published.get("buffers").asLong());
    assertThat(cost.macs()).isEqualTo(published.get("total_macs").asLong());
  }

  @Test
  void everyVariantIsPublished() {
    assertThat(publishedVariants().map(v -> v.get("variant").asText()))
        .containsExactly(
            Stream.of(VanillaNetVariant.values())
                .map(VanillaNetVariant::officialName)
                .toArray(String[]::new));
  }

  @Test
  void rejectsAnInputThatIsTooSmall() {
    Architecture tooSmall =
        new Architecture(
            VanillaNetVariant.VANILLANET_5,
            VanillaNetVariant.VANILLANET_5.dims(),
            3,
            1000,
            31,
            224);

    assertThatThrownBy(() -> Cost.of(Network.of(tooSmall, Form.DEPLOYED)))
        .has(code(ErrorCode.BAD_CONFIGURATION));
  }
}
