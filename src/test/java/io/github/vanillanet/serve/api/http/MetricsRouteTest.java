package io.github.vanillanet.serve.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsRouteTest {

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/openmetrics-text;version=1.0.0 | open",
        "application/openmetrics-text; version=1.0.0; charset=utf-8 | open",
        "application/openmetrics-text | open",
        "application/openmetrics-text;version=1.0.0;escaping=underscores | open",
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | open",
        "application/openmetrics-text;version=2.0.0,text/plain;q=0.1 | text",
        "application/openmetrics-text;q=0.4,text/plain;q=0.5 | text",
        "text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0.6 | open",
        "text/plain;q=0,*/* | open",
        "text/plain;version=0.0.4 | text",
        "text/plain | text",
        "text/* | text",
        "application/* | open",
        "*/* | text",
        "text/html,application/xhtml+xml,*/*;q=0.8 | text",
      })
  void theFormatWithTheLargestWeightIsChosen(String accept, String format) {
    assertThat(MetricsRoute.format(accept)).contains(format.equals("open") ? OPEN : TEXT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "text/html",
        "text/plain;version=1.0.0",
        "application/openmetrics-text;version=9",
        "*/*;q=0"
      })
  void aHeaderWithoutAKnownFormatHasNone(String accept) {
    assertThat(MetricsRoute.format(accept)).isEmpty();
  }

  @Test
  void textIsTheDefault() {
    assertThat(MetricsRoute.format(null)).contains(TEXT);
  }
}
