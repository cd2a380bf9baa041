package io.github.vanillanet.base.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code vanillanet.training.*}, a part of {@link ServingConfig}. */
public interface TrainingConfig {

  /** Folder of the trainings: {@code <jobs>/<id>/}. */
  @WithDefault("jobs")
  Path jobs();

  /** Folder below which requests may name their data. Without it, data must be uploaded. */
  Optional<Path> dataRoot();

  /** Largest upload. */
  @WithDefault("2G")
  @WithConverter(Checked.Size.class)
  MemorySize maxUpload();

  /** Largest number of files in an uploaded archive. */
  @WithDefault("500000")
  @WithConverter(Checked.Count.class)
  int maxUploadFiles();

  /** Largest size of an uploaded archive after it is unpacked. */
  @WithDefault("20G")
  @WithConverter(Checked.Size.class)
  MemorySize maxUnpacked();

  /** Java heap of a training process, in the syntax of {@code -Xmx}. */
  @WithDefault("2g")
  @WithConverter(Checked.Heap.class)
  String heap();

  /** Trainings that run at the same time. Further ones are queued. */
  @WithDefault("1")
  @WithConverter(Checked.Count.class)
  int concurrent();

  /** Threads that a training computes with. Default: the number of processors. */
  @WithConverter(Checked.Count.class)
  Optional<Integer> threads();

  /** Time between two checkpoints within an epoch. Each epoch also ends with a checkpoint. */
  @WithDefault("10m")
  @WithConverter(Checked.Time.class)
  Duration checkpointInterval();

  /** Time that a cancelled training gets to stop. After it the process is terminated. */
  @WithDefault("10s")
  @WithConverter(Checked.Time.class)
  Duration stopGrace();

  /** Ended trainings that stay on disk with their files. The ones that ended last stay. */
  @WithDefault("50")
  @WithConverter(Checked.Count.class)
  int keepJobs();

  /** Time that an ended training stays on disk. Its model stays. */
  @WithDefault("30d")
  @WithConverter(Checked.PositiveTime.class)
  Duration keepJobsFor();

  /** Jar that training processes run. Default: the jar of the service. */
  Optional<Path> jar();

  /**
   * What runs a training: {@code process}, a child process on the same machine, or {@code
   * kubernetes}, a Kubernetes Job.
   */
  @WithDefault("process")
  Executor executor();

  /** Options of the executor {@code kubernetes}. */
  KubernetesConfig kubernetes();

  /** What runs a training. */
  enum Executor {
    PROCESS,
    KUBERNETES
  }
}
