package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
        "models: {persistence: {size: 0Gi}}                         | size",
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
        "autoscaling: {type: hpa, burstImages: 0}                   | burstImages",
        "autoscaling: {type: keda, burstImages: 64}                 | burstImages",
        "{autoscaling: {type: hpa, burstImages: 20}, settings: {queueCapacity: 16}} | burstImages",
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
        "models: {checkpoints: {existingClaim: c}, import: [{checkpoint: a.pth, variant:"
            + " vanillanet_5, name: x}, {checkpoint: b.pth, variant: vanillanet_6, name: x}]} |"
            + " models.import",
        "models: {persistence: {existingClaim: mine}}               | enabled",
        "models: {persistence: {readOnly: true}}                    | existingClaim",
        "models: {persistence: {enabled: true, accessModes: [ReadOnlyMany]}} | readOnly",
        "models: {persistence: {enabled: true, accessModes: [ReadWriteOncePod, ReadOnlyMany]}} |"
            + " ReadWriteOncePod",
        "podLabels: {team: two words}                               | team",
        "podLabels: {two words: team}                               | two words",
        "podAnnotations: {checksum/secret: none}                    | checksum/secret",
        "serviceMonitor: {labels: {app.kubernetes.io/version: x}}   | app.kubernetes.io/version",
        "nodeSelector: {disk: 'a b'}                                | disk",
        "tolerations: [{key: gpu, operator: Exists, value: 'true'}] | value",
        "tolerations: [{effect: NoSchedule}]                        | operator",
        "imagePullSecrets: [{name: ''}]                             | imagePullSecrets",
        "extraEnv: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}] |"
            + " extraEnv",
        "extraEnv: [{name: A, value: 7}]                            | value",
        "extraVolumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}] | a occurs twice",
        "extraVolumeMounts: [{name: a, mountPath: /a}]              | no volume a",
        "extraVolumeMounts: [{name: tmp, mountPath: /models}]       | /models occurs twice",
        "extraInitContainers: [{name: a, image: 'x:1', volumeMounts: [{name: checkpoints,"
            + " mountPath: /c}]}] | no volume checkpoints",
        "extraInitContainers: [{name: a, image: x}]                 | image",
        "extraInitContainers: [{name: a, image: 'r:5000/x'}]        | image",
        "training: {kubernetes: {image: mine}}                      | image",
        "training: {kubernetes: {apiServer: {cidrs: [999.1.1.1/99]}}} | cidrs",
        "{settings: {grpc: {enabled: true, port: 8080}}}            | settings.grpc.port",
        "{settings: {grpc: {enabled: true}}, service: {port: 8001}} | service.port",
        "admin: {users: [{name: alice, password: long enough}, {name: alice, password: another"
            + " one}]} | alice occurs twice",
        "ingress: {enabled: true, hosts: [a.example], paths: ['/a b']} | paths",
        "networkPolicy: {from: [{}]}                                | from",
        "networkPolicy: {from: [{podSelektor: {}}]}                 | podSelektor",
        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone}] | whenUnsatisfiable",
        "affinity: {nodeAfinity: {}}                                | nodeAfinity",
        "replicas: 3000000000                                       | replicas",
        "tracing: {enabled: true, endpoint: 'http://c:99999'}       | tracing.endpoint",
        "tracing: {enabled: true, endpoint: 'http://user:pass@c:4317'} | tracing.endpoint",
        "models: {bucket: {uri: 's3://a-bucket', endpoint: 'http://a%zz'}} |"
            + " models.bucket.endpoint",
        "settings: {precision: float64}                             | precision",
        "settings: {lanes: 3000000000}                              | lanes",
        "settings: {warmUp: 1.5h}                                   | warmUp",
        "settings: {warmUp: 5s3m}                                   | warmUp",
        "settings: {body: {longest: 0S}}                            | longest",
        "settings: {training: {heap: 1m}}                           | heap",
        "models: {bucket: {uri: 's3://a-bucket', endpoint: 'http://a_b:9000'}} |"
            + " models.bucket.endpoint",
        "settings: {bodyMemory: 0M}                                 | bodyMemory",
        "settings: {defaultModel: 'a b'}                            | defaultModel",
        "training: {kubernetes: {queueName:"
            + " a-name-of-more-than-sixty-three-letters-is-too-long-for-a-label-of-a-job}} |"
            + " queueName",
      })
  void invalidValuesAreRejected(String values, String reason) {
    assertThatThrownBy(() -> Chart.render(values))
        .as(values)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(reason);
  }

  /** A value of null removes the default: all values that are not required, at once. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{gpu: {enabled: true}, autoscaling: {type: keda}, serviceMonitor: {enabled: true}}",
        "{tracing: {enabled: true, endpoint: 'http://c:4317'}, models: {bucket: {uri:"
            + " 's3://a-bucket'}}}",
        "{models: {persistence: {enabled: true, accessModes: [ReadWriteMany]}}, training:"
            + " {executor: kubernetes, kubernetes: {queueName: q}, jobs: {existingClaim: j,"
            + " accessModes: [ReadWriteMany]}}}",
        "{ingress: {enabled: true, hosts: [a.example]}, admin: {jwt: {existingSecret: s}}}"
      })
  void everyOtherValueMayBeNull(String chosen) throws IOException {
    ObjectNode values = (ObjectNode) Manifests.YAML.readTree(chosen);
    List<String> removed = new ArrayList<>();
    remove(ProjectFile.schema(), "", values, removed);

    ChartRules.check(Chart.render(new ObjectMapper().writeValueAsString(values)));

    assertThat(removed).contains("/settings/training", "/resources", "/podLabels", "/image/tag");
  }

  /** Sets what is not required to null, except what the test has chosen. */
  private static void remove(
      JsonNode schema, String path, ObjectNode values, List<String> removed) {
    Set<String> required = new TreeSet<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String name = property.getKey();
      JsonNode chosen = values.path(name);
      if (chosen.isMissingNode() && !required.contains(name) && !name.equals("global")) {
        values.putNull(name);
        removed.add(path + '/' + name);
      } else if (property.getValue().has("properties")
          && (chosen.isMissingNode() || chosen.isObject())) {
        remove(property.getValue(), path + '/' + name, values.withObject('/' + name), removed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpu:",
        "settings:",
        "replicas:",
        "models: {bucket: }",
        "probes: {liveness: }",
        "strategy: {type: }",
        "autoscaling: {keda: }",
        "training: {executor: kubernetes, kubernetes: }",
        "training: {kubernetes: {gpu: }}",
        "ingress: {enabled: true, hosts: }"
      })
  void aSectionWithoutAValueIsNamed(String values) {
    String section = values.replaceAll(".*?(\\w+):[ }]*$", "$1");

    assertThatThrownBy(() -> Chart.render(values))
        .hasMessageContaining("missing property '%s'".formatted(section));
  }
}
