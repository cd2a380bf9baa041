package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connections to a bucket and to a collector of traces, and what the network policy allows. */
class ChartNetworkTest {

  private static Container serving(Manifests rendered) {
    return rendered.only(Deployment.class).getSpec().getTemplate().getSpec().getContainers().get(0);
  }

  private static Map<String, String> variables(String values) throws IOException {
    return serving(Chart.render(values)).getEnv().stream()
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  private static List<NetworkPolicyEgressRule> egress(String values) throws IOException {
    return Chart.render(values).only(NetworkPolicy.class).getSpec().getEgress();
  }

  private static int port(NetworkPolicyEgressRule rule) {
    assertThat(rule.getPorts()).hasSize(1);
    return rule.getPorts().get(0).getPort().getIntVal();
  }

  @Test
  void modelsOfABucketNeedNoVolume() throws IOException {
    String values =
        """
        replicas: 3
        models:
          bucket:
            uri: s3://models/cats
            endpoint: http://minio.storage:9000
            existingSecret: minio
        """;
    Manifests rendered = Chart.render(values);

    assertThat(variables(values))
        .containsEntry("VANILLANET_REPOSITORY", "s3://models/cats")
        .containsEntry("VANILLANET_S3_ENDPOINT", "http://minio.storage:9000")
        .containsEntry("VANILLANET_S3_CACHE", "/models")
        .containsEntry("VANILLANET_EMBEDDED_MODEL", "never");
    assertThat(serving(rendered).getEnvFrom())
        .extracting(source -> source.getSecretRef().getName())
        .containsExactly("minio");
    assertThat(port(egress(values).get(0))).isEqualTo(9000);
    assertThat(port(egress("models: {bucket: {uri: 's3://models/cats'}}").get(0))).isEqualTo(443);
  }

  @Test
  void tracingAllowsTheCollectorsPortAndDns() throws IOException {
    String values =
        "tracing: {enabled: true, endpoint: '%s', protocol: http/protobuf,"
            + " peers: [{podSelector: {matchLabels: {app: collector}}}]}";
    String endpoint = "https://collector.monitoring:4318/v1";

    assertThat(variables(values.formatted(endpoint)))
        .containsEntry("QUARKUS_OTEL_SDK_DISABLED", "false")
        .containsEntry("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .containsEntry("QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    List<NetworkPolicyEgressRule> egress = egress(values.formatted(endpoint));
    assertThat(egress).hasSize(2);
    assertThat(port(egress.get(0))).isEqualTo(4318);
    assertThat(egress.get(0).getTo().get(0).getPodSelector().getMatchLabels())
        .containsEntry("app", "collector");
    assertThat(egress.get(1).getPorts())
        .allMatch(port -> port.getPort().getIntVal() == 53)
        .extracting(port -> port.getProtocol())
        .containsExactly("UDP", "TCP");
  }

  @ParameterizedTest
  @CsvSource({
    "https://collector, 443",
    "http://collector, 80",
    "http://[::1], 80",
    "http://[fd00::1]:4317, 4317",
    "https://10.0.0.1:4318/v1/traces, 4318"
  })
  void theAllowedPortIsThatOfTheEndpoint(String endpoint, int port) throws IOException {
    String tracing = "tracing: {enabled: true, endpoint: '%s'}".formatted(endpoint);

    assertThat(port(egress(tracing).get(0))).isEqualTo(port);
  }

  /** Without a secret, the SDK asks the node or EKS for credentials, at an address of the link. */
  @Test
  void theNetworkPolicyLetsTheServiceReadCredentials() throws IOException {
    String bucket = "models: {bucket: {uri: 's3://models/cats'%s}}";
    List<NetworkPolicyEgressRule> withoutSecret = egress(bucket.formatted(""));

    assertThat(withoutSecret).hasSize(egress(bucket.formatted(", existingSecret: s")).size() + 1);
    assertThat(port(withoutSecret.get(1))).isEqualTo(80);
    assertThat(withoutSecret.get(1).getTo())
        .extracting(peer -> peer.getIpBlock().getCidr())
        .contains("169.254.169.254/32", "169.254.170.23/32");
  }

  @Test
  void rulesOfTheUserStay() throws IOException {
    String values =
        "{networkPolicy: {egress: [{ports: [{port: 5432}]}]}, tracing: {enabled: true, endpoint:"
            + " 'http://c:4317'}}";

    assertThat(port(egress(values).get(0))).isEqualTo(5432);
    assertThat(port(egress(values).get(1))).isEqualTo(4317);
  }
}
