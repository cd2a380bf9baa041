package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.base.error.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingRequestTest {

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsAbsentIsLeftToThePreset() {
    TrainingRequest request =
        TrainingRequest.of(
            json(
                "{\"name\":\"tiny\",\"variant\":\"vanillanet_5\",\"dims\":[8,16,32,64],"
                    + "\"input_size\":32,\"learning_rate\":0.01}"));

    assertThat(request.dims()).contains(List.of(8, 16, 32, 64));
    assertThat(request.inputSize()).hasValue(32);
    assertThat(request.learningRate()).hasValue(0.01);
    assertThat(request.epochs()).isEmpty();
    assertThat(request.optimizer()).isEmpty();
  }

  @Test
  void aSpecificationSurvivesItsFile() {
    JobSpec spec =
        new JobSpec(
            TrainingRequest.of(json("{\"name\":\"tiny\",\"variant\":\"vanillanet_5\"}")),
            Optional.of("/data/flowers"),
            Optional.empty(),
            10,
            20,
            Optional.empty(),
            "/models",
            "cpu",
            OptionalInt.of(2),
            300);

    assertThat(JobSpec.of(json(spec.toJson().toString()))).isEqualTo(spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"variant\":\"vanillanet_5\"} | name: expected",
        "{\"name\":\"a\",\"variant\":\"b\",\"epoch\":3} | epoch",
        "{\"name\":\"a\",\"variant\":\"b\",\"epochs\":0} | epochs: expected at least 1, found 0",
        "{\"name\":\"a\",\"variant\":\"b\",\"epochs\":\"many\"} | many",
        "{\"name\":\"a\",\"variant\":\"b\",\"tolerance\":2} | tolerance: expected 0 to 1",
        "{\"name\":\"a\",\"variant\":\"b\",\"width\":0} | width: expected more than 0",
        "{\"name\":\"a\",\"variant\":\"b\",\"width\":0.5,\"dims\":[1]} | dims or width",
        "[] | training:",
      })
  void aRequestThatMakesNoSenseIsRefusedWithItsReason(String request, String reason) {
    assertThatThrownBy(() -> TrainingRequest.of(json(request)))
        .has(code(ErrorCode.INVALID_REQUEST))
        .hasMessageContaining(reason);
  }
}
