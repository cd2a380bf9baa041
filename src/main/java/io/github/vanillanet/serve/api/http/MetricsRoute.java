package io.github.vanillanet.serve.api.http;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.HeaderParser;
import io.vertx.ext.web.impl.ParsableMIMEValue;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers {@code /q/metrics} in the format that the client prefers: Prometheus text, or
 * OpenMetrics, which has exemplars. The route of Quarkus compares types with one exact string and
 * rejects the rest.
 */
@Singleton
final class MetricsRoute {

  private static final String PATH = "/q/metrics";

  /** Before the route of Quarkus, after all filters. */
  private static final int ORDER = 0;

  private static final String TEXT = "text/plain";
  private static final String OPEN_METRICS = "application/openmetrics-text";

  private static final Map<String, List<String>> VERSIONS =
      Map.of(TEXT, List.of("0.0.4"), OPEN_METRICS, List.of("1.0.0"));

  private final PrometheusMeterRegistry registry;
  private final ErrorWriter errors;

  MetricsRoute(PrometheusMeterRegistry registry, ErrorWriter errors) {
    this.registry = registry;
    this.errors = errors;
  }

  void register(@Observes Router router) {
    router.get(PATH).order(ORDER).blockingHandler(this::answer, false);
  }

  private void answer(RoutingContext context) {
    Optional<String> format = format(context.request().getHeader(HttpHeaders.ACCEPT));
    if (format.isEmpty()) {
      errors.write(
          HttpCall.of(context),
          HttpError.of(
              406, "expected %s or %s in the Accept header".formatted(TEXT, OPEN_METRICS)));
      return;
    }
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, format.get())
        .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT)
        .end(registry.scrape(format.get()));
  }

  /** The content type of the accepted format with the larger weight; text if they are equal. */
  static Optional<String> format(String accept) {
    if (accept == null || accept.isBlank()) {
      return Optional.of(TextFormat.CONTENT_TYPE_004);
    }
    List<ParsableMIMEValue> accepted =
        HeaderParser.convertToParsedHeaderValues(
            accept, range -> new ParsableMIMEValue(range).forceParse());
    float text = weight(accepted, TEXT);
    float open = weight(accepted, OPEN_METRICS);
    if (open > text) {
      return Optional.of(TextFormat.CONTENT_TYPE_OPENMETRICS_100);
    }
    return text > 0 ? Optional.of(TextFormat.CONTENT_TYPE_004) : Optional.empty();
  }

  /** The weight of the most specific range that matches; 0 if none does. */
  private static float weight(List<ParsableMIMEValue> accepted, String format) {
    float weight = 0;
    int best = 0;
    for (MIMEHeader range : accepted) {
      int specificity = specificity(range, format);
      if (specificity > best || specificity > 0 && specificity == best) {
        weight = specificity > best ? range.weight() : Math.max(weight, range.weight());
        best = specificity;
      }
    }
    return weight;
  }

  /** 0 if the range does not match, more the more of the type it names. */
  private static int specificity(MIMEHeader range, String format) {
    String type = range.component() + "/" + range.subComponent();
    if (type.equals(format)) {
      String version = range.parameter("version");
      return version == null ? 3 : VERSIONS.get(format).contains(version) ? 4 : 0;
    }
    if (type.equals("*/*")) {
      return 1;
    }
    return type.equals(format.substring(0, format.indexOf('/')) + "/*") ? 2 : 0;
  }
}
