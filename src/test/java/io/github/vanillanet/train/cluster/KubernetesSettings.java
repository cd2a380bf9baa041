package io.github.vanillanet.train.cluster;

import io.github.vanillanet.base.config.KubernetesConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings that differ between tests; the others are constant. */
record KubernetesSettings(
    Optional<String> image,
    String resources,
    String tolerations,
    String nodeSelector,
    int gpuCount,
    String labels,
    Optional<String> queueName)
    implements KubernetesConfig {

  @Override
  public String imagePullPolicy() {
    return "IfNotPresent";
  }

  @Override
  public Optional<List<String>> imagePullSecrets() {
    return Optional.of(List.of("registry-login"));
  }

  @Override
  public Optional<String> namespace() {
    return Optional.empty();
  }

  @Override
  public String instance() {
    return "cats";
  }

  @Override
  public Optional<String> serviceAccount() {
    return Optional.of("trainer");
  }

  @Override
  public Optional<String> runtimeClass() {
    return Optional.of("nvidia");
  }

  @Override
  public String gpuResource() {
    return "nvidia.com/mig-2g.20gb";
  }

  @Override
  public String annotations() {
    return "{\"example.com/note\":\"pets\"}";
  }

  @Override
  public Optional<String> priorityClass() {
    return Optional.of("batch");
  }

  @Override
  public Optional<Boolean> suspend() {
    return Optional.empty();
  }

  @Override
  public Duration stopGrace() {
    return Duration.ofMinutes(2);
  }

  @Override
  public Optional<String> jobsClaim() {
    return Optional.empty();
  }

  @Override
  public Optional<Path> jobsMount() {
    return Optional.empty();
  }

  @Override
  public Optional<String> repositoryClaim() {
    return Optional.empty();
  }

  @Override
  public Optional<String> dataClaim() {
    return Optional.empty();
  }

  @Override
  public Duration keepFinished() {
    return Duration.ofHours(24);
  }

  @Override
  public Optional<Duration> deadline() {
    return Optional.of(Duration.ofHours(6));
  }

  @Override
  public Duration stuckAfter() {
    return Duration.ofMinutes(5);
  }
}
