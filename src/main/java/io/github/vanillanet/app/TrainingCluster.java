package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.train.cluster.ClusterSettings;
import io.github.vanillanet.train.cluster.KubernetesExecutor;
import io.github.vanillanet.train.jobs.ChildCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The executor {@code kubernetes} out of its settings. */
final class TrainingCluster {

  private TrainingCluster() {}

  /** The image is the same as this one, so Java is on its path and the jar where it is here. */
  static KubernetesExecutor executor(ServingConfig config) {
    ServingConfig.Training training = config.training();
    return new KubernetesExecutor(
        settings(config),
        folder ->
            new ChildCommand(
                    Optional.empty(),
                    Path.of("java"),
                    training.heap(),
                    ServiceJar.find(training.jar()))
                .line(folder));
  }

  static ClusterSettings settings(ServingConfig config) {
    ServingConfig.Kubernetes kubernetes = config.training().kubernetes();
    return new ClusterSettings(
        kubernetes.image(),
        kubernetes.imagePullPolicy(),
        kubernetes.imagePullSecrets().orElse(List.of()),
        kubernetes.namespace(),
        kubernetes.instance(),
        kubernetes.serviceAccount(),
        kubernetes.runtimeClass(),
        kubernetes.gpuResource(),
        kubernetes.gpuCount(),
        kubernetes.resources(),
        kubernetes.nodeSelector(),
        kubernetes.tolerations(),
        kubernetes.keepFinished(),
        kubernetes.deadline(),
        kubernetes.stuckAfter(),
        volumes(config));
  }

  private static List<ClusterSettings.Mount> volumes(ServingConfig config) {
    ServingConfig.Training training = config.training();
    ServingConfig.Kubernetes kubernetes = training.kubernetes();
    List<ClusterSettings.Mount> volumes = new ArrayList<>();
    volumes.add(
        new ClusterSettings.Mount(
            "jobs",
            "jobs-claim",
            kubernetes.jobsClaim(),
            kubernetes.jobsMount().orElse(training.jobs()).toAbsolutePath(),
            false));
    volumes.add(
        new ClusterSettings.Mount(
            "models",
            "repository-claim",
            kubernetes.repositoryClaim(),
            config.repository().toAbsolutePath(),
            false));
    training
        .dataRoot()
        .ifPresent(
            root ->
                volumes.add(
                    new ClusterSettings.Mount(
                        "data",
                        "data-claim",
                        kubernetes.dataClaim(),
                        root.toAbsolutePath(),
                        true)));
    return volumes;
  }
}
