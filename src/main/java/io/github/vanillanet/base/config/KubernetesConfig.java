package io.github.vanillanet.base.config;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * {@code vanillanet.training.kubernetes.*}, a part of {@link ServingConfig}. All claims must allow
 * mounts on several nodes.
 */
public interface KubernetesConfig {

  /** Container image of the Jobs. Must be the image of the service. */
  Optional<String> image();

  /** Pull policy: {@code Always}, {@code IfNotPresent} or {@code Never}. */
  @WithDefault("IfNotPresent")
  @WithConverter(Checked.PullPolicy.class)
  String imagePullPolicy();

  /** Names of the pull secrets. */
  Optional<List<String>> imagePullSecrets();

  /** Namespace of the Jobs. Default: the namespace of this pod. */
  Optional<String> namespace();

  /** Value of the label {@code app.kubernetes.io/instance} of the Jobs. */
  @WithDefault("vanillanet-serving")
  String instance();

  /** Service account of the Jobs' pods. Its token is not mounted. */
  Optional<String> serviceAccount();

  /** Runtime class of the Jobs' pods, if NVIDIA's is not the default of the nodes. */
  Optional<String> runtimeClass();

  /** Resource name of the GPUs: {@code nvidia.com/gpu}, a MIG slice or a shared GPU. */
  @WithDefault("nvidia.com/gpu")
  String gpuResource();

  /** GPUs of each training. {@code 0} trains on the CPU. */
  @WithDefault("1")
  @WithConverter(Checked.CountOrZero.class)
  int gpuCount();

  /** Resource requests and limits without the GPU, as JSON. */
  @WithDefault(
      "{\"requests\":{\"cpu\":\"4\",\"memory\":\"16Gi\"},\"limits\":{\"memory\":\"16Gi\"}}")
  String resources();

  /** Node selector, as a JSON object. */
  @WithDefault("{}")
  String nodeSelector();

  /** Tolerations, as a JSON list. */
  @WithDefault("[{\"key\":\"nvidia.com/gpu\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}]")
  String tolerations();

  /** Labels of the Jobs and their pods, as a JSON object. */
  @WithDefault("{}")
  String labels();

  /** Annotations of the Jobs and their pods, as a JSON object. */
  @WithDefault("{}")
  String annotations();

  /** Priority class of the Jobs' pods. */
  Optional<String> priorityClass();

  /**
   * Local queue of Kueue. Kueue then decides when each Job runs. Also raise {@code
   * vanillanet.training.concurrent}: it limits the Jobs that exist at the same time.
   */
  Optional<String> queueName();

  /**
   * Whether Jobs are created suspended, for something that resumes them. Default: {@code true} if
   * {@code queue-name} is set.
   */
  @WithConverter(Checked.Flag.class)
  Optional<Boolean> suspend();

  /** Time for a checkpoint when the pod of a Job is stopped. */
  @WithDefault("2m")
  @WithConverter(Checked.PositiveTime.class)
  Duration stopGrace();

  /** Volume claim with the folder of the trainings. */
  Optional<String> jobsClaim();

  /**
   * Where {@code jobs-claim} is mounted, in this pod and in the Jobs. Default: {@code
   * vanillanet.training.jobs}.
   */
  Optional<Path> jobsMount();

  /** Volume claim with the models. */
  Optional<String> repositoryClaim();

  /** Volume claim with the data root, if there is one. */
  Optional<String> dataClaim();

  /** How long a finished Job is kept in the cluster. */
  @WithDefault("1d")
  @WithConverter(Checked.Time.class)
  Duration keepFinished();

  /** Longest time that a training may run. Default: no limit. */
  @WithConverter(Checked.PositiveTime.class)
  Optional<Duration> deadline();

  /** A training fails if its image cannot be pulled, or a permission is missing, for this long. */
  @WithDefault("5m")
  @WithConverter(Checked.Time.class)
  Duration stuckAfter();
}
