package io.github.vanillanet.base.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every setting of the service. The setting {@code vanillanet.x-y} is also read from the
 * environment variable {@code VANILLANET_X_Y}. The descriptions below are the source of {@code
 * docs/configuration.md}.
 */
@ConfigMapping(prefix = "vanillanet")
public interface ServingConfig {

  /**
   * Folder of the models: {@code <repository>/<model>/<version>/}. With {@code s3://BUCKET/PREFIX}
   * the service only reads the models in a bucket.
   */
  @WithDefault("models")
  @WithConverter(Checked.Location.class)
  RepositoryLocation repository();

  /** Access to a repository in a bucket. */
  BucketConfig s3();

  /**
   * Pause between two looks at the repository. The service then loads versions that another service
   * or a command has activated, and new models.
   */
  @WithDefault("2S")
  @WithConverter(Checked.PositiveTime.class)
  Duration repositoryPoll();

  /**
   * {@code auto}: a service without any model unpacks the included one into its repository. {@code
   * never}: it is not ready until a model is imported.
   */
  @WithDefault("auto")
  @WithConverter(Checked.EmbeddedModelChoice.class)
  EmbeddedChoice embeddedModel();

  /**
   * Devices that compute: {@code cpu}, {@code cuda}, {@code cuda:N}, several such as {@code
   * cuda:0,cuda:1}, or {@code cuda:all}. {@code auto} uses a CUDA device if one works, otherwise it
   * logs what is missing and uses the CPU.
   */
  @WithDefault("auto")
  String device();

  /**
   * Precision of weights and products: {@code float32}, {@code float16}, {@code bfloat16} or {@code
   * int8}. A model that is not certified in this precision is not served. {@code auto} uses for
   * each model the fastest precision in which it is certified by its calibration images.
   */
  @WithDefault("float32")
  @WithConverter(Checked.PrecisionName.class)
  String precision();

  /**
   * Whether a model in a reduced precision, if it is certified by calibration images, computes
   * uncertain answers again in float32. This needs the memory of a second copy of the weights.
   */
  @WithDefault("true")
  @WithConverter(Checked.Flag.class)
  boolean safetyNet();

  /** Options of CUDA devices. */
  Cuda cuda();

  /** Model or group that answers requests without a model name. */
  Optional<String> defaultModel();

  /**
   * Variants that get random weights from a seed, for timing only: {@code
   * vanillanet_5,vanillanet_9}. They replace the embedded model.
   */
  Optional<List<String>> seededModels();

  /**
   * Threads of one forward pass on a CPU. Default: the number of processors divided by {@code
   * vanillanet.lanes}.
   */
  @WithConverter(Checked.Count.class)
  Optional<Integer> threads();

  /**
   * Forward passes that run at the same time on a CPU. The lanes of a model share weights. A CUDA
   * device has one.
   */
  @WithDefault("1")
  @WithConverter(Checked.Count.class)
  int lanes();

  /** Batching of requests. */
  Batching batching();

  /**
   * How long the service warms itself up before it reports ready. It continues while it is idle.
   * {@code 0S} disables the warm-up.
   */
  @WithDefault("1S")
  @WithConverter(Checked.Time.class)
  Duration warmUp();

  /**
   * Groups: {@code vanillanet.groups.NAME=model-a,model-b}. A request that names the group is
   * answered by the member that suits its deadline.
   */
  Map<String, List<String>> groups();

  /** Images that may wait in the queue of each model. */
  @WithDefault("64")
  @WithConverter(Checked.Count.class)
  int queueCapacity();

  /**
   * Largest image in pixels. The service checks it before it decodes the image. It also rejects an
   * image whose decode would take more than 2 seconds. A limit above 25 million pixels raises this
   * time in proportion. Trainings have the same limits.
   */
  @WithDefault("25000000")
  @WithConverter(Checked.LongCount.class)
  long maxPixels();

  /**
   * Largest JPEG in pixels. A JPEG above {@code vanillanet.max-pixels} is decoded by libjpeg-turbo
   * at a half, a quarter or an eighth of its size, which is not exact; the answer says so. It is
   * rejected if libjpeg-turbo is not in use, and with the preprocessing {@code official}.
   */
  @WithDefault("65000000")
  @WithConverter(Checked.LongCount.class)
  long maxJpegPixels();

  /**
   * Replaces parts of the preprocessing of every model: {@code official}, {@code auto}, or parts
   * such as {@code exif=auto,depth=official,alpha=#000000,truncated=accept}. Requests may replace
   * them again. New trainings use it, too.
   */
  @WithConverter(Checked.PreprocessingParts.class)
  Optional<String> preprocessing();

  /**
   * Whether HEIC images are decoded, with the program {@code heif-convert} of the system's libheif.
   * HEIC contains HEVC, which is covered by patents in many countries.
   */
  @WithDefault("false")
  @WithConverter(Checked.Flag.class)
  boolean heic();

  /** Requests that may decode images at the same time. Default: the number of processors. */
  @WithConverter(Checked.Count.class)
  Optional<Integer> decoders();

  /**
   * Decoder of JPEG images: {@code turbojpeg} (libjpeg-turbo) or {@code imageio} (the JDK's).
   * {@code auto} uses libjpeg-turbo if it is installed. Both produce the same pixels.
   */
  @WithDefault("auto")
  @WithConverter(Checked.JpegDecoderName.class)
  String jpegDecoder();

  /**
   * Whether libjpeg-turbo reduces large JPEG images while it decodes them. This is faster, but the
   * pixels are no longer exactly those of the official preprocessing.
   */
  @WithDefault("false")
  @WithConverter(Checked.Flag.class)
  boolean dctScaling();

  /** Largest body of {@code /classify}. */
  @WithDefault("20M")
  @WithConverter(Checked.Size.class)
  MemorySize maxImageBody();

  /**
   * Largest body of {@code /v1} and {@code /v2}, for example of tensors, and largest tensor in JSON
   * as float32.
   */
  @WithDefault("64M")
  @WithConverter(Checked.Size.class)
  MemorySize maxTensorBody();

  /**
   * Memory for the bodies of all requests together, inflated and parsed. When it is full, the
   * slowest incomplete body is rejected with 429; one body always fits. Default: an eighth of the
   * heap.
   */
  @WithConverter(Checked.Size.class)
  Optional<MemorySize> bodyMemory();

  /** Limits on connections of clients. */
  ConnectionsConfig connections();

  /** The gRPC port. */
  GrpcConfig grpc();

  /** Rate and inflation of bodies. */
  BodyConfig body();

  /** Newest versions of each model that stay on disk. */
  @WithDefault("5")
  @WithConverter(Checked.Count.class)
  int keepVersions();

  /** Automatic rollback after a swap. */
  SwapGuard swapGuard();

  /** Detection of faulty lanes. */
  Health health();

  /** Limits on failed sign-ins. */
  SignInConfig signIn();

  /** Trainings that clients start. */
  TrainingConfig training();

  /** {@code vanillanet.cuda.*}. */
  interface Cuda {

    /** Whether float32 products use TF32, with 10 bits of mantissa. */
    @WithDefault("false")
    @WithConverter(Checked.Flag.class)
    boolean tf32();

    /** Whether cuDNN times its algorithms during the warm-up and keeps the fastest. */
    @WithDefault("false")
    @WithConverter(Checked.Flag.class)
    boolean cudnnBenchmark();
  }

  /** {@code vanillanet.batching.*}. */
  interface Batching {

    /**
     * Images of several requests in one forward pass. {@code auto}: 8 on a CUDA device; on a CPU
     * also 8, but only for models in which a measurement at load shows that a batch saves time.
     */
    @WithDefault("auto")
    @WithConverter(Checked.CountOrAuto.class)
    String maxBatch();

    /** How long the oldest request waits for others to fill its batch. */
    @WithDefault("0S")
    @WithConverter(Checked.Time.class)
    Duration maxDelay();
  }

  /** {@code vanillanet.swap-guard.*}. */
  interface SwapGuard {

    /** Answers of a new version that the guard observes. */
    @WithDefault("200")
    @WithConverter(Checked.Count.class)
    int answers();

    /** Failures among these answers that roll the version back. */
    @WithDefault("3")
    @WithConverter(Checked.Count.class)
    int failures();
  }

  /** {@code vanillanet.health.*}. */
  interface Health {

    /**
     * A forward pass hangs if it takes longer than this and longer than ten times its measured
     * time. Time in which its threads are ready but get no processor does not count, for up to a
     * minute.
     */
    @WithDefault("1.5S")
    @WithConverter(Checked.PositiveTime.class)
    Duration hangLimit();
  }
}
