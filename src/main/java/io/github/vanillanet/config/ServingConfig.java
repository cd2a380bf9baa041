package io.github.vanillanet.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Every setting of the service. {@code vanillanet.x-y} is {@code VANILLANET_X_Y} as a variable. */
@ConfigMapping(prefix = "vanillanet")
public interface ServingConfig {

  /** Where the models are: {@code <repository>/<model>/<version>/}. */
  @WithDefault("models")
  Path repository();

  /** {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}. Auto: a CUDA device if usable. */
  @WithDefault("auto")
  String device();

  /** Model that answers when a request names none; else the only one loaded. */
  Optional<String> defaultModel();

  /** Variants to serve with weights from a seed, for timing: {@code vanillanet_5,vanillanet_9}. */
  Optional<List<String>> seededModels();

  /** Threads of one forward on a CPU; else the process's processors, shared by the lanes. */
  OptionalInt threads();

  /** Forwards of one model that run at the same time, on the same weights. */
  @WithDefault("1")
  int lanes();

  /** How requests share a forward. */
  Batching batching();

  /** Group names and the models that each stands for. */
  Map<String, List<String>> groups();

  /** Images that may wait for each model. */
  @WithDefault("64")
  int queueCapacity();

  /** Larger images are refused before they are decoded. */
  @WithDefault("50000000")
  long maxPixels();

  /** Largest body of {@code /classify}. */
  @WithDefault("20M")
  MemorySize maxImageBody();

  /** Largest body of everything else, tensors above all. */
  @WithDefault("64M")
  MemorySize maxTensorBody();

  /** Bodies that are in memory at the same time; else an eighth of the heap. One always may. */
  Optional<MemorySize> bodyMemory();

  /** Versions of each model, the newest, that are never deleted. */
  @WithDefault("5")
  int keepVersions();

  /** When a version that was just swapped in is taken out again. */
  SwapGuard swapGuard();

  /** Trainings that clients start. */
  Training training();

  /** {@code vanillanet.swap-guard.*}. */
  interface SwapGuard {

    /** Answers after which a version is trusted. */
    @WithDefault("200")
    int answers();

    /** Failures among them that are one too many. */
    @WithDefault("3")
    int failures();
  }

  /** {@code vanillanet.training.*}. */
  interface Training {

    /** Where the jobs are: {@code <jobs>/<id>/}. */
    @WithDefault("jobs")
    Path jobs();

    /** The folder that paths in requests are looked up in; without it, data is uploaded. */
    Optional<Path> dataRoot();

    /** Largest upload. */
    @WithDefault("2G")
    MemorySize maxUpload();

    /** Files that an uploaded archive may hold. */
    @WithDefault("500000")
    int maxUploadFiles();

    /** Bytes that an uploaded archive may unpack to. */
    @WithDefault("20G")
    MemorySize maxUnpacked();

    /** Java heap of a training's process, as {@code -Xmx} takes it. */
    @WithDefault("2g")
    String heap();

    /** Trainings at a time; the others wait. */
    @WithDefault("1")
    int concurrent();

    /** Threads of a training's computation; else one for each processor. */
    OptionalInt threads();

    /** Between two checkpoints within an epoch; there is one after each epoch besides. */
    @WithDefault("10m")
    Duration checkpointInterval();

    /** How long a training may take to stop by itself before it is told to, then killed. */
    @WithDefault("10s")
    Duration stopGrace();

    /** The jar that a training's process is started from; else the one that serves. */
    Optional<Path> jar();
  }

  /** {@code vanillanet.batching.*}. */
  interface Batching {

    /** Images in one forward; else 8 on a CUDA device and 1 on a CPU, where more gains nothing. */
    OptionalInt maxBatch();

    /** The oldest request may be held back for so long; 0 never delays a lone one. */
    @WithDefault("0S")
    Duration maxDelay();
  }
}
