package io.github.vanillanet.base.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReasonTest {

  @ParameterizedTest
  @ValueSource(strings = {"{", "[1, {\"a\": [", "{\"a\" 1}", "{\"a\": \"\n\"}", "nil"})
  void aReasonIsOneLineWithoutInternals(String text) {
    JacksonException e =
        catchThrowableOfType(JacksonException.class, () -> new ObjectMapper().readTree(text));

    assertThat(JsonReason.of(e)).isNotBlank().doesNotContain("Source", "Feature", "\n");
  }
}
