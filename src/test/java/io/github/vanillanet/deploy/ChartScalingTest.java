package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The autoscalers of the chart: what they query, and that KEDA and HPA decide the same. */
class ChartScalingTest {

  private static final String VALUES =
      "autoscaling: {type: %s, maxReplicas: 8, busyPercent: 50, burstImages: 20,"
          + " scaleDownStabilizationSeconds: 420}";

  private static List<CustomResources.Trigger> triggers(String values) throws IOException {
    return Chart.render(values).only(CustomResources.ScaledObject.class).spec().triggers();
  }

  @Test
  void kedaScalesOnTheBusyFractionThenOnBursts() throws IOException {
    Manifests rendered = Chart.render(VALUES.formatted("keda"));
    var scaling = rendered.only(CustomResources.ScaledObject.class).spec();

    assertThat(scaling.scaleTargetRef().name()).isEqualTo(Chart.NAME);
    assertThat(scaling.maxReplicaCount()).isEqualTo(8);
    assertThat(scaling.triggers())
        .extracting(it -> it.metadata().threshold())
        .containsExactly("0.5", "20");
    for (CustomResources.Trigger trigger : scaling.triggers()) {
      assertThat(trigger.metricType()).isEqualTo("AverageValue");
      assertThat(trigger.metadata().ignoreNullValues()).isEqualTo("false");
      assertThat(trigger.metadata().query())
          .contains("namespace=\"%s\",service=\"%s\"".formatted(Chart.NAMESPACE, Chart.NAME));
    }
    assertThat(Promql.metrics(scaling.triggers().get(0).metadata().query()))
        .containsExactlyInAnyOrder(
            "vanillanet_lane_busy_seconds_total",
            "vanillanet_lanes",
            "vanillanet_decode_busy_seconds_total",
            "vanillanet_decoders");
    assertThat(Promql.metrics(scaling.triggers().get(1).metadata().query()))
        .containsExactly("vanillanet_queue_images");
    assertThat(rendered.only(Deployment.class).getSpec().getReplicas()).isNull();
    assertThat(rendered.all(HorizontalPodAutoscaler.class)).isEmpty();
  }

  @Test
  void aBurstFillsThreeEighthsOfTheQueueByDefault() throws IOException {
    assertThat(burstTarget("autoscaling: {type: keda}")).isEqualTo("24"); // also in loadtest
    assertThat(burstTarget("{autoscaling: {type: keda}, settings: {queueCapacity: 1000000}}"))
        .isEqualTo("375000");
    assertThat(burstTarget("{autoscaling: {type: keda}, settings: {queueCapacity: 1}}"))
        .isEqualTo("1");
  }

  private static String burstTarget(String values) throws IOException {
    return triggers(values).get(1).metadata().threshold();
  }

  @Test
  void bothAutoscalersHaveTheSameTargetsAndWindows() throws IOException {
    var keda = Chart.render(VALUES.formatted("keda")).only(CustomResources.ScaledObject.class);
    Manifests rendered = Chart.render(VALUES.formatted("hpa"));
    var hpa = rendered.only(HorizontalPodAutoscaler.class).getSpec();

    assertThat(hpa.getBehavior())
        .isEqualTo(keda.spec().advanced().horizontalPodAutoscalerConfig().behavior());
    assertThat(hpa.getBehavior().getScaleDown().getStabilizationWindowSeconds()).isEqualTo(420);
    assertThat(hpa.getMetrics()).hasSameSizeAs(keda.spec().triggers());
    for (int i = 0; i < hpa.getMetrics().size(); i++) {
      var target = hpa.getMetrics().get(i).getExternal().getTarget();
      assertThat(target.getType()).isEqualTo(keda.spec().triggers().get(i).metricType());
      assertThat(Quantity.getAmountInBytes(target.getAverageValue()))
          .isEqualByComparingTo(keda.spec().triggers().get(i).metadata().threshold());
      assertThat(hpa.getMetrics().get(i).getExternal().getMetric().getSelector().getMatchLabels())
          .isEqualTo(Map.of("namespace", Chart.NAMESPACE, "service", Chart.NAME));
    }
    assertThat(rendered.only(Deployment.class).getSpec().getReplicas()).isNull();
  }

  /** The recorded series of the HPA are KEDA's queries for all services at once. */
  @Test
  void theRecordedSeriesAreTheQueriesOfKeda() throws IOException {
    Map<String, String> recorded = new TreeMap<>();
    JsonNode rules =
        Manifests.YAML.readTree(ProjectFile.ROOT.resolve("deploy/prometheus/rules.yaml").toFile());
    for (JsonNode rule : rules.findParents("record")) {
      recorded.put(rule.get("record").asText(), plain(rule.get("expr").asText()));
    }
    var metrics =
        Chart.render("autoscaling: {type: hpa}")
            .only(HorizontalPodAutoscaler.class)
            .getSpec()
            .getMetrics();
    List<CustomResources.Trigger> triggers = triggers("autoscaling: {type: keda}");

    for (int i = 0; i < metrics.size(); i++) {
      assertThat(plain(triggers.get(i).metadata().query()))
          .isEqualTo(recorded.get(metrics.get(i).getExternal().getMetric().getName()));
    }
  }

  /** Removes the labels that tell services apart, and blanks. */
  private static String plain(String query) {
    return query
        .replace("namespace=\"%s\",service=\"%s\"".formatted(Chart.NAMESPACE, Chart.NAME), "")
        .replaceAll("namespace, service(, )?", "")
        .replaceAll("\\{,", "{")
        .replace("{}", "")
        .replaceAll("by \\(\\)", "")
        .replaceAll("\\s+", "");
  }

  @Test
  void otherTriggersFollowAndAllowZeroReplicas() throws IOException {
    String values =
        """
        autoscaling:
          type: keda
          minReplicas: 0
          keda:
            triggers:
              - type: prometheus
                metadata:
                  serverAddress: http://p:9090
                  query: sum(rate(nginx_ingress_controller_requests{service="%s"}[1m]))
                  threshold: "5"
        """
            .formatted(Chart.NAME);

    assertThat(triggers(values)).hasSize(3);
    assertThat(
            Chart.render(values).only(CustomResources.ScaledObject.class).spec().minReplicaCount())
        .isZero();
  }
}
