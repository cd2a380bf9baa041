package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        .extracting(it -> it.prometheus().threshold())
        .containsExactly("0.5", "20");
    for (CustomResources.Trigger trigger : scaling.triggers()) {
      assertThat(trigger.metricType()).isEqualTo("AverageValue");
      assertThat(trigger.prometheus().ignoreNullValues()).isEqualTo("false");
      assertThat(trigger.prometheus().query())
          .contains("namespace=\"%s\",service=\"%s\"".formatted(Chart.NAMESPACE, Chart.NAME));
    }
    assertThat(Promql.metrics(scaling.triggers().get(0).prometheus().query()))
        .containsExactlyInAnyOrder(
            "vanillanet_lane_busy_seconds_total",
            "vanillanet_lanes",
            "vanillanet_decode_busy_seconds_total",
            "vanillanet_decoders");
    assertThat(Promql.metrics(scaling.triggers().get(1).prometheus().query()))
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
    return triggers(values).get(1).prometheus().threshold();
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
          .isEqualByComparingTo(keda.spec().triggers().get(i).prometheus().threshold());
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
      assertThat(plain(triggers.get(i).prometheus().query()))
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

  private static String zeroReplicas(String type, Map<String, String> metadata) throws IOException {
    return new ObjectMapper()
        .writeValueAsString(
            Map.of(
                "autoscaling",
                Map.of(
                    "type",
                    "keda",
                    "minReplicas",
                    0,
                    "keda",
                    Map.of("triggers", List.of(Map.of("type", type, "metadata", metadata))))));
  }

  /** Without pods these queries are empty, so nothing would start the first pod. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sum(vanillanet_inflight_images)",
        "sum({__name__=~\"vanilla.*\"})",
        "sum({__name__='vanillanet_requests_total', model=\"m\"})",
        "max(model:vanillanet_in_time:ratio_rate5m)",
        "sum(rate(nv_inference_request_success[1m]))",
        "up{service=\"cats-vanillanet-serving\"}",
        "sum(rate(http_server_requests_seconds_count{uri=\"/classify\"}[1m]))",
        "sum(rate(http_server_requests_seconds_count{namespace=~\"vis.+\",job!=\"gateway\"}[1m]))",
        "jvm_memory_used_bytes{pod=~`cats-vanillanet-serving-.*`}",
        "container_memory_working_set_bytes{container=\"serving\"}",
        "rate({pod=~\"cats-.*\"}[1m])",
        "kube_deployment_status_replicas_ready{deployment=\"cats-vanillanet-serving\"}",
        "DCGM_FI_DEV_GPU_UTIL{exported_pod=~\"cats-vanillanet-\\\\w+-.*\"}",
      })
  void queriesOnThePodsDoNotAllowZeroReplicas(String query) throws IOException {
    String values = zeroReplicas("prometheus", Map.of("query", query, "threshold", "5"));

    assertThatThrownBy(() -> Chart.render(values)).hasMessageContaining("triggers");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sum(rate(nginx_ingress_controller_requests{exported_service=\"cats-vanillanet-serving\"}[1m]))",
        "sum({__name__=\"traefik_service_requests_total\",service=~\"vision-cats-.*\"})",
        "sum(kafka_consumergroup_lag{topic=\"vanillanet_photos\"})",
        "sum(rate(http_server_requests_seconds_count{service=\"gateway\"}[1m]))",
        "sum(rate(http_server_requests_seconds_count{namespace!~\"vis.*\"}[1m]))",
        "sum(rate(container_network_receive_bytes_total{pod=~\"ingress-.*\"}[1m]))",
        "up{job=\"camera\"}",
        "sum(upstream_requests_total)",
      })
  void queriesOnOthersAllowZeroReplicas(String query) throws IOException {
    assertThat(triggers(zeroReplicas("prometheus", Map.of("query", query, "threshold", "5"))))
        .hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cpu | value | 60 | true",
        "memory | value | 60 | true",
        "kubernetes-workload | podSelector | app.kubernetes.io/instance=cats | true",
        "kubernetes-workload | podSelector | app.kubernetes.io/name in (a, vanillanet-serving) |"
            + " true",
        "kubernetes-workload | podSelector | app.kubernetes.io/name notin (main) | true",
        "kubernetes-workload | podSelector | app=worker | false",
        "kubernetes-workload | podSelector | app.kubernetes.io/instance in (dogs) | false",
        "metrics-api | url | http://cats-vanillanet-serving.vision/q/metrics | true",
        "metrics-api | url | http://queue.vision/length | false",
        "external-push | scalerAddress | cats-vanillanet-serving:8001 | true",
        "external-push | scalerAddress | keda-add-ons-http-external-scaler.keda:9090 | false",
        "datadog | query | avg:vanillanet.lanes{*} | true",
        "datadog | query | sum:nginx.requests{service:cats-vanillanet-serving} | false",
        "kafka | topic | vanillanet_requests | false",
        "cron | start | 0 6 * * * | false",
        "aws-sqs-queue | queueURL | https://sqs.example/1/cats-vanillanet-serving | false",
      })
  void aTriggerOfAnotherTypeAllowsZeroReplicasIfItIsNotOfThePods(
      String type, String name, String value, boolean own) throws IOException {
    String values = zeroReplicas(type, Map.of(name, value));

    if (own) {
      assertThatThrownBy(() -> Chart.render(values)).hasMessageContaining("triggers");
    } else {
      assertThat(triggers(values)).hasSize(3);
    }
  }
}
