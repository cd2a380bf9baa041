package io.github.vanillanet.train.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an operator decides about the Jobs.
 *
 * @param image that holds this service; empty is refused, see {@link KubernetesExecutor#check}
 * @param imagePullPolicy as Kubernetes names it
 * @param imagePullSecrets names of secrets
 * @param namespace of the Jobs; else the one that this pod runs in
 * @param instance value of the label {@code app.kubernetes.io/instance}: whose Jobs they are
 * @param serviceAccount of the training's pod, which gets no token; else the namespace's default
 * @param runtimeClass of the pod, where NVIDIA's is not the default one
 * @param gpuResource extended resource, {@code nvidia.com/gpu}
 * @param gpuCount devices; 0 trains on a CPU
 * @param resources without the GPU: a JSON object with requests and limits
 * @param nodeSelector JSON object of labels
 * @param tolerations JSON list
 * @param keepFinished how long a Job stays to be looked at after its end
 * @param deadline for a training, if there is one
 * @param stuckAfter an image that cannot be pulled or a container that cannot be made for so long
 *     fails the job
 * @param volumes where the job's files, the models and the data are
 */
public record ClusterSettings(
    Optional<String> image,
    String imagePullPolicy,
    List<String> imagePullSecrets,
    Optional<String> namespace,
    String instance,
    Optional<String> serviceAccount,
    Optional<String> runtimeClass,
    String gpuResource,
    int gpuCount,
    String resources,
    String nodeSelector,
    String tolerations,
    Duration keepFinished,
    Optional<Duration> deadline,
    Duration stuckAfter,
    List<Mount> volumes) {

  /**
   * A claim, mounted in a training's pod at the path that it has in this service's: a job's files
   * name absolute paths.
   *
   * @param setting that names the claim, for messages
   * @param claim empty is refused
   */
  public record Mount(
      String name, String setting, Optional<String> claim, Path path, boolean readOnly) {}
}
