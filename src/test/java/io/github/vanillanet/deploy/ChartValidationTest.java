package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart rejects values that cannot work and names the value. */
class ChartValidationTest {

  @Test
  void helmLintReportsNoErrors() {
    LintResult lint = new Helm(ProjectFile.ROOT.resolve("helm")).lint().strict().call();

    assertThat(lint.isFailed()).as(String.join("\n", lint.getMessages())).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gpus: {enabled: true}                                      | gpus",
        "gpu: {enabled: true, count: 0}                             | count",
        "gpu: {enabled: true, count: 0.5}                           | count",
        "gpu: {enabled: true, resourceName: amd.com/gpu}            | resourceName",
        "gpu: {enabled: true, resourceName: nvidia.com/mig-1g}      | resourceName",
        "resources: {limits: {memory: lots}}                        | memory",
        "resources: {limits: {memory: 512m}}                        | memory",
        "resources: {limits: {cpu: -1}}                             | cpu",
        "resources: {limits: {cpu: two}}                            | cpu",
        "fullnameOverride: Cats_And_Dogs                            | fullnameOverride",
        "image: {repository: 'x:1.0', tag: '2'}                     | repository",
        "image: {repository: x, tag: 'a b'}                         | tag",
        "podLabels: {app.kubernetes.io/name: other}                 | podLabels",
        "extraEnv: [{name: VANILLANET_DEVICE, value: cpu}]          | VANILLANET_DEVICE is set by"
            + " the chart",
        "extraEnv: [{name: A, value: b}, {name: A, value: c}]       | A is set",
        "extraVolumes: [{name: tmp, emptyDir: {}}]                  | extraVolumes",
        "autoscaling: {type: hpa, minReplicas: 5, maxReplicas: 2}   | maxReplicas",
        "serviceMonitor: {interval: 5s}                             | scrapeTimeout",
        "ingress: {enabled: true, hosts: ['https://cats.example']}  | hosts",
        "admin: {existingSecret: s, users: [{name: alice, password: long enough}]} | admin.users",
        "models: {persistence: {enabled: true, readOnly: true}}     | existingClaim",
        "settings: {device: tpu}                                    | device",
        "settings: {precision: half}                                | precision",
        "settings: {cuda: {tf32: maybe}}                            | tf32",
        "settings: {seededModels: [vanillanet_4]}                   | seededModels",
        "settings: {threads: 0}                                     | threads",
        "image: {repository: x, tag: latest}                        | tag",
        "drain: {preStopSeconds: 0}                                 | preStopSeconds",
        "terminationGracePeriodSeconds: 20                          | need 60",
        "autoscaling: {type: cpu}                                   | type",
        "autoscaling: {type: keda, busyPercent: 500}                | busyPercent",
        "autoscaling: {type: hpa, burstImages: 0}                   | burstImages    ",
        "autoscaling: {type: hpa, minReplicas: 0}                   | KEDA",
        "autoscaling: {type: keda, minReplicas: 0}                  | triggers",
        "autoscaling: {type: keda, minReplicas: 0, keda: {triggers: [{type: cpu, metadata: {value:"
            + " '60'}}]}} | triggers",
        "autoscaling: {type: keda, minReplicas: 0, keda: {triggers: [{type: prometheus, metadata:"
            + " {query: 'sum(vanillanet_inflight_images)', threshold: '1'}}]}} | triggers",
        "autoscaling: {type: keda, minReplicas: 0, keda: {triggers: [{type: prometheus, metadata:"
            + " {query:"
            + " 'sum(http_server_requests_seconds_count{service=\"cats-vanillanet-serving\"})',"
            + " threshold: '1'}}]}} | triggers",
        "{autoscaling: {type: keda}, serviceMonitor: {enabled: true, interval: 60s}} | interval",
        "gpu: {enabled: true, resourceName: nvidia.com/mig-1g.10gb, count: 2} | MIG",
        "gpu: {resourceName: nvidia.com/mig-1g.10gb.shared, count: 2} | MIG",
        "{gpu: {enabled: true}, settings: {device: 'cuda:1'}}       | cuda:1",
        "image: {repository: x, digest: 'sha256:12'}                | digest",
        "tracing: {enabled: true}                                   | tracing.endpoint",
        "tracing: {enabled: true, endpoint: 'collector:4317'}       | endpoint",
        "resources: {requests: {cpu: 3}, limits: {cpu: 2500m}}      | resources",
        "resources: {requests: {memory: 5G}, limits: {memory: 4Gi}} | memory",
        "models: {checkpoints: {existingClaim: c}, importResources: {requests: {memory: 6Gi},"
            + " limits: {memory: 5Gi}}, import: [{checkpoint: a.pth, variant: vanillanet_5, name:"
            + " x}]} | importResources",
        "settings: {groups: {My-Family: [a]}}                       | groups",
        "settings: {batching: {maxDelay: 5}}                        | maxDelay",
        "settings: {body: {minRate: fast}}                          | minRate",
        "settings: {connections: {maximum: 5}}                      | maximum",
        "extraInitContainers: [{name: import-0, image: 'x:1'}]      | extraInitContainers",
        "extraInitContainers: [{name: a, image: 'x:1'}, {name: a, image: 'x:1'}] | a",
        "{extraEnv: [{name: QUARKUS_OTEL_SDK_DISABLED, value: 'true'}], tracing: {enabled: true,"
            + " endpoint: 'http://c:4317'}} | QUARKUS_OTEL_SDK_DISABLED",
        "ingress: {enabled: true, hosts: []}                        | hosts",
        "admin: {users: [{name: alice}]}                            | password",
        "admin: {users: [{name: Alice, password: 'long enough'}]}   | name",
        "models: {import: [{checkpoint: ../../etc/passwd, variant: vanillanet_5, name: x}]} |"
            + " checkpoint",
        "models: {import: [{checkpoint: a.pth, variant: vanillanet_5, name: x}]} | existingClaim",
        "{replicas: 2, models: {persistence: {enabled: true}}}      | ReadWriteMany",
        "{replicas: 2, training: {jobs: {existingClaim: jobs}}}     | one replica",
        "models: {import: [{checkpoint: a.pth, variant: vanillanet_5, name: x}], checkpoints:"
            + " {existingClaim: c}, persistence: {enabled: true, readOnly: true}} | readOnly",
        "models: {import: [{checkpoint: a.pth, variant: vanillanet_5, name: '$(id)'}]} | name",
      })
  void invalidValuesAreRejected(String values, String reason) {
    assertThatThrownBy(() -> Chart.render(values))
        .as(values)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(reason);
  }

  /** A value of null removes the default. */
  @Test
  void listsAndMapsWithoutAValueAreEmpty() throws IOException {
    ObjectNode values = defaults();
    List<String> removed = new ArrayList<>();
    removeListsAndMaps(values, removed);
    values.withObject("/gpu").put("enabled", true);

    Manifests rendered = Chart.render(new ObjectMapper().writeValueAsString(values));

    assertThat(removed).contains("tolerations", "nodeSelector", "podLabels", "import");
    assertThat(UnknownFields.in(rendered)).isEmpty();
    assertThat(rendered.only(Deployment.class).getSpec().getTemplate().getSpec().getTolerations())
        .isEmpty();
  }

  private static void removeListsAndMaps(ObjectNode values, List<String> removed) {
    for (Map.Entry<String, JsonNode> value : values.properties()) {
      if (value.getValue().isArray() || value.getValue().isObject() && value.getValue().isEmpty()) {
        removed.add(value.getKey());
        value.setValue(NullNode.getInstance());
      } else if (value.getValue() instanceof ObjectNode section) {
        removeListsAndMaps(section, removed);
      }
    }
  }

  private static ObjectNode defaults() throws IOException {
    return (ObjectNode)
        Manifests.YAML.readTree(ProjectFile.ROOT.resolve("helm/values.yaml").toFile());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpu:", "settings:", "models: {bucket: }", "probes: {liveness: }"})
  void aSectionWithoutAValueIsNamed(String values) {
    String section = values.replaceAll(".*?(\\w+):[ }]*$", "$1");

    assertThatThrownBy(() -> Chart.render(values))
        .hasMessageContaining("missing property '%s'".formatted(section));
  }
}
