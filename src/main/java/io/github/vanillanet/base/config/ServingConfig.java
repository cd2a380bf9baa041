package io.github.vanillanet.base.config;

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

  /**
   * {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:N}, several of these with commas, or
   * {@code cuda:all}. Auto: a CUDA device if usable.
   */
  @WithDefault("auto")
  String device();

  /** {@code float32}, {@code float16} or {@code bfloat16}: of weights and products. */
  @WithDefault("float32")
  String precision();

  /** What cuDNN may do. */
  Cuda cuda();

  /** Model that answers when a request names none; else the only one loaded. */
  Optional<String> defaultModel();

  /** Variants to serve with weights from a seed, for timing: {@code vanillanet_5,vanillanet_9}. */
  Optional<List<String>> seededModels();

  /** Threads of one forward on a CPU; else the process's processors, shared by the lanes. */
  OptionalInt threads();

  /** Forwards that run at the same time on each device; those of a model share its weights. */
  @WithDefault("1")
  int lanes();

  /** How requests share a forward. */
  Batching batching();

  /**
   * How long the service sends requests to itself before it is ready, beside the loading. Then it
   * goes on while it is idle. Zero: none at all.
   */
  @WithDefault("2S")
  Duration warmUp();

  /** Group names and the models that each stands for. */
  Map<String, List<String>> groups();

  /** Images that may wait for each model. */
  @WithDefault("64")
  int queueCapacity();

  /** Larger images are refused before they are decoded. */
  @WithDefault("50000000")
  long maxPixels();

  /** Requests that may decode at the same time; without it as many as there are processors. */
  OptionalInt decoders();

  /** {@code auto}, {@code turbojpeg} or {@code imageio}. Auto: libjpeg-turbo if it is there. */
  @WithDefault("auto")
  String jpegDecoder();

  /** Whether large JPEGs are reduced while they are decoded. Fast, but not exact. */
  @WithDefault("false")
  boolean dctScaling();

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

  /** When a lane is out of service. */
  Health health();

  /** Trainings that clients start. */
  Training training();

  /** {@code vanillanet.cuda.*}. */
  interface Cuda {

    /** Multiply float32 with 10 bits of mantissa. */
    @WithDefault("false")
    boolean tf32();

    /** Try all algorithms on the first forward of each shape, and keep the fastest. */
    @WithDefault("false")
    boolean cudnnBenchmark();
  }

  /** {@code vanillanet.swap-guard.*}. */
  interface SwapGuard {

    /** Answers after which a version is trusted. */
    @WithDefault("200")
    int answers();

    /** Failures among them that are one too many. */
    @WithDefault("3")
    int failures();
  }

  /** {@code vanillanet.health.*}. */
  interface Health {

    /** A forward hangs that takes longer, and longer than ten times what was measured. */
    @WithDefault("1.5S")
    Duration hangLimit();
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

    /** What runs a training. */
    @WithDefault("process")
    Executor executor();

    /** Of the executor {@code kubernetes}. */
    Kubernetes kubernetes();
  }

  /** What runs a training. */
  enum Executor {
    /** A process beside this one, on the same device. */
    PROCESS,
    /** A Kubernetes Job of its own, on its own device. */
    KUBERNETES
  }

  /** {@code vanillanet.training.kubernetes.*}. Volumes are claims that several nodes can mount. */
  interface Kubernetes {

    /** Image of the Jobs: the one that serves. */
    Optional<String> image();

    /** {@code Always}, {@code IfNotPresent} or {@code Never}. */
    @WithDefault("IfNotPresent")
    String imagePullPolicy();

    /** Names of secrets. */
    Optional<List<String>> imagePullSecrets();

    /** Where the Jobs are made; else where this pod is. */
    Optional<String> namespace();

    /** Label {@code app.kubernetes.io/instance} of the Jobs. */
    @WithDefault("vanillanet-serving")
    String instance();

    /** Of the Jobs' pods, which get no token of it. */
    Optional<String> serviceAccount();

    /** Of the Jobs' pods, where NVIDIA's is not the nodes' default. */
    Optional<String> runtimeClass();

    /** What the device plugin offers: {@code nvidia.com/gpu}, a MIG slice, a shared name. */
    @WithDefault("nvidia.com/gpu")
    String gpuResource();

    /** Devices of a training; 0 trains on the CPU. */
    @WithDefault("1")
    int gpuCount();

    /** Requests and limits without the GPU, in JSON as in a pod's specification. */
    @WithDefault(
        "{\"requests\":{\"cpu\":\"4\",\"memory\":\"16Gi\"},\"limits\":{\"memory\":\"16Gi\"}}")
    String resources();

    /** Labels of the nodes, as a JSON object. */
    @WithDefault("{}")
    String nodeSelector();

    /** As a JSON list. */
    @WithDefault("[{\"key\":\"nvidia.com/gpu\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}]")
    String tolerations();

    /** Claim with the folder of the jobs. */
    Optional<String> jobsClaim();

    /** Where that claim is mounted, here and there; else at the folder of the jobs itself. */
    Optional<Path> jobsMount();

    /** Claim with the models. */
    Optional<String> repositoryClaim();

    /** Claim with the data root, if there is one. */
    Optional<String> dataClaim();

    /** How long a Job can be looked at after its end. */
    @WithDefault("1d")
    Duration keepFinished();

    /** Longest time of a training. */
    Optional<Duration> deadline();

    /**
     * An image that cannot be pulled, or a permission that lacks, for so long fails the training.
     */
    @WithDefault("5m")
    Duration stuckAfter();
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
