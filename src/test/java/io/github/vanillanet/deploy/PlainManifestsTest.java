package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.github.vanillanet.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests for Kustomize, KServe and Compose. */
class PlainManifestsTest {

  private static final Path DEPLOY = ProjectFile.ROOT.resolve("deploy");

  private static Manifests read(String file) throws IOException {
    return Manifests.parse(Files.readString(DEPLOY.resolve(file)));
  }

  private static PodSpec pod(String file) throws IOException {
    return read(file).only(Deployment.class).getSpec().getTemplate().getSpec();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kustomize/base", "kustomize/overlays/gpu"})
  void aKustomizationListsAllItsFiles(String folder) throws IOException {
    Path root = DEPLOY.resolve(folder);
    JsonNode kustomization = Manifests.YAML.readTree(root.resolve("kustomization.yaml").toFile());

    List<Path> named = new ArrayList<>(List.of(root.resolve("kustomization.yaml")));
    kustomization.path("resources").forEach(r -> named.add(root.resolve(r.asText()).normalize()));
    kustomization.path("patches").forEach(p -> named.add(root.resolve(p.path("path").asText())));

    assertThat(named).allMatch(Files::exists);
    assertThat(named).containsAll(ProjectFile.below("deploy/" + folder, ".yaml"));
    for (Path file : ProjectFile.below("deploy/" + folder, ".yaml")) {
      if (!file.endsWith("kustomization.yaml")) {
        Manifests.parse(Files.readString(file));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"kustomize/base", "kustomize/overlays/gpu"})
  void kustomizeBuildsAPodThatAServerAccepts(String folder) throws Exception {
    assumeTrue(Programs.succeeds("kubectl", "version", "--client"), "kubectl is not installed");
    Process build =
        new ProcessBuilder("kubectl", "kustomize", DEPLOY.resolve(folder).toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Manifests built =
        Manifests.parse(new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8));

    assertThat(build.waitFor()).isZero();
    Deployment deployment = built.only(Deployment.class);
    PodRules.check(deployment.getSpec().getTemplate().getSpec());
    assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(built.only(Service.class).getSpec().getSelector())
        .containsAllEntriesOf(
            built.only(NetworkPolicy.class).getSpec().getPodSelector().getMatchLabels());
  }

  @Test
  void theBaseEqualsTheChartWithDefaults() throws IOException {
    PodSpec plain = pod("kustomize/base/deployment.yaml");
    PodSpec chart = Chart.render("{}").only(Deployment.class).getSpec().getTemplate().getSpec();
    Container here = plain.getContainers().get(0);
    Container there = chart.getContainers().get(0);

    assertThat(here.getEnv()).isEqualTo(there.getEnv());
    assertThat(here.getLifecycle()).isEqualTo(there.getLifecycle());
    assertThat(here.getStartupProbe()).isEqualTo(there.getStartupProbe());
    assertThat(here.getLivenessProbe()).isEqualTo(there.getLivenessProbe());
    assertThat(here.getReadinessProbe()).isEqualTo(there.getReadinessProbe());
    assertThat(here.getSecurityContext()).isEqualTo(there.getSecurityContext());
    assertThat(here.getResources()).isEqualTo(there.getResources());
    assertThat(here.getVolumeMounts()).isEqualTo(there.getVolumeMounts());
    assertThat(plain.getVolumes()).isEqualTo(chart.getVolumes());
    assertThat(plain.getTerminationGracePeriodSeconds())
        .isEqualTo(chart.getTerminationGracePeriodSeconds());
  }

  @Test
  void theGpuOverlayEqualsTheChartWithAGpu() throws IOException {
    PodSpec patch = pod("kustomize/overlays/gpu/deployment.yaml");
    Container base = pod("kustomize/base/deployment.yaml").getContainers().get(0);
    Container patched = patch.getContainers().get(0);
    PodSpec chart =
        Chart.render("gpu: {enabled: true}")
            .only(Deployment.class)
            .getSpec()
            .getTemplate()
            .getSpec();

    assertThat(patched.getEnv()).allMatch(v -> Settings.isKnownOrUnrelated(v.getName()));
    assertThat(patched.getName()).as("patches are matched by name").isEqualTo(base.getName());
    assertThat(chart.getContainers().get(0).getEnv()).containsAll(patched.getEnv());
    assertThat(patched.getResources()).isEqualTo(chart.getContainers().get(0).getResources());
    assertThat(patched.getResources().getLimits())
        .containsEntry("nvidia.com/gpu", new Quantity("1"));
    var rolling =
        read("kustomize/overlays/gpu/deployment.yaml")
            .only(Deployment.class)
            .getSpec()
            .getStrategy()
            .getRollingUpdate();
    assertThat(rolling.getMaxSurge().getIntVal()).isZero();
    assertThat(rolling.getMaxUnavailable().getIntVal()).isEqualTo(1);
    assertThat(patch.getTolerations()).isEqualTo(chart.getTolerations());
  }

  @Test
  void theServingRuntimeHasTheNamesThatKserveExpects() throws IOException {
    CustomResources.ServingRuntimeSpec runtime =
        read("kserve/cluster-serving-runtime.yaml")
            .only(CustomResources.ClusterServingRuntime.class)
            .spec();
    Container container = runtime.containers().get(0);

    assertThat(container.getName()).isEqualTo("kserve-container");
    assertThat(container.getPorts().get(0).getContainerPort()).isEqualTo(8080);
    assertThat(container.getEnv())
        .anyMatch(
            v -> v.getName().equals("VANILLANET_REPOSITORY") && v.getValue().equals("/mnt/models"))
        .allMatch(v -> Settings.isKnownOrUnrelated(v.getName()));
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(runtime.annotations()).containsEntry("prometheus.kserve.io/path", "/q/metrics");
  }

  @Test
  void theExampleServiceUsesTheRuntimeAndOneGpu() throws IOException {
    var runtime =
        read("kserve/cluster-serving-runtime.yaml")
            .only(CustomResources.ClusterServingRuntime.class);
    CustomResources.Model model =
        read("kserve/inference-service.yaml")
            .only(CustomResources.InferenceService.class)
            .spec()
            .predictor()
            .model();

    assertThat(model.runtime()).isEqualTo(runtime.metadata().getName());
    assertThat(runtime.spec().supportedModelFormats())
        .anyMatch(format -> format.name().equals(model.modelFormat().name()));
    assertThat(runtime.spec().protocolVersions()).contains(model.protocolVersion());
    assertThat(model.resources().getLimits()).containsEntry("nvidia.com/gpu", new Quantity("1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "gpu.yaml"})
  void composeNamesExistingFiles(String name) throws IOException {
    Path folder = DEPLOY.resolve("compose");
    JsonNode compose = Manifests.YAML.readTree(folder.resolve(name).toFile());

    for (JsonNode service : compose.path("services")) {
      JsonNode build = service.path("build");
      if (!build.isMissingNode()) {
        assertThat(folder.resolve("../..").resolve(build.path("dockerfile").asText())).exists();
      } else {
        assertThat(service.path("image").asText()).matches("[a-z/]+:v?\\d[\\w.]*");
      }
      for (JsonNode volume : service.path("volumes")) {
        if (volume.asText().startsWith(".")) {
          assertThat(folder.resolve(volume.asText().split(":")[0])).exists();
        }
      }
      service
          .path("environment")
          .fieldNames()
          .forEachRemaining(variable -> assertThat(variable).matches(Settings::isKnownOrUnrelated));
    }
  }
}
