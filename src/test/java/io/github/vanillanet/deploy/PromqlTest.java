package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromqlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "up                                                          ; up",
        "rate(a_total[5m])                                           ; a_total",
        "sum by (le, stage) (rate(a_bucket{stage=\"queue\"}[$__rate_interval])) ; a_bucket",
        "sum(rate(a_total[1m])) without (pod) / on(model) group_left(x) b ; a_total b",
        "histogram_quantile(0.95, sum(rate(a_bucket[2m])) by (le)) >= 0 or vector(0) ; a_bucket",
        "model:a:rate5m > bool 1e3 and on() b offset 5m unless c     ; b c model:a:rate5m",
        "label_replace(a{x=~\"b{1,3}|c_total\"}, \"d\", \"$1\", \"e\", '(.*)') ; a",
        "max_over_time((a - b)[10m:30s]) * 100 # c                   ; a b",
        "topk (3, a) + count_values(\"version\", b) - Inf            ; a b",
        "1.5 * 0x1f + time()                                         ; ",
      })
  void metricNamesAreFound(String expression, String names) {
    String found = String.join(" ", Promql.metrics(expression));

    assertThat(found).isEqualTo(names == null ? "" : names);
  }
}
