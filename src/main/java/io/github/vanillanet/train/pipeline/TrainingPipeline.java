package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.Candidate;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.BatchSource;
import io.github.vanillanet.train.dataset.FolderBatches;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.gate.ArtifactEvaluation;
import io.github.vanillanet.train.gate.Verdict;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.loop.CheckpointFile;
import io.github.vanillanet.train.loop.Compute;
import io.github.vanillanet.train.loop.EpochReport;
import io.github.vanillanet.train.loop.Kernels;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.TrainingLoop;
import io.github.vanillanet.train.loop.TrainingOutcome;
import io.github.vanillanet.train.loop.TrainingSpec;
import io.github.vanillanet.train.loop.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A whole training on the calling thread: scan the data, train, fuse, certify the fuse, evaluate
 * the fused artifact, compare it with the live version, publish. Continues from the job's
 * checkpoint if there is one. Only the last step changes the repository.
 */
public final class TrainingPipeline {

  private static final long MAX_PIXELS = 50_000_000;
  private static final long CACHE_BYTES = 512L << 20;
  private static final double MAX_CORRUPT_SHARE = 0.05;
  private static final int EVALUATION_BATCH = 64;
  private static final int EVALUATIONS = 20;

  private final JobSession session;
  private final JobSpec job;
  private final Recipe recipe;
  private final Consumer<Progress> listener;
  private final ImageDecoder decoder = new ImageDecoder(MAX_PIXELS);
  private final ModelRepository repository;
  private final int threads;

  /**
   * @param listener also receives each line of progress
   */
  public TrainingPipeline(JobSession session, JobSpec job, Consumer<Progress> listener) {
    this.session = session;
    this.job = job;
    this.recipe = job.recipe();
    this.listener = listener;
    this.repository = new ModelRepository(Path.of(job.repository()));
    this.threads = job.threads().orElse(Runtime.getRuntime().availableProcessors());
  }

  /**
   * @return the outcome, or empty if the job was stopped and can be continued
   * @throws ServiceException of any code if the training fails
   */
  public Optional<Outcome> run() throws IOException {
    ImagePreparation images = ImagePreparation.of(recipe);
    ImageFolder data =
        new TrainingData(job, session.folder(), decoder, threads).scan(images.validation());
    data.requireTrainable();
    TorchRuntime runtime = TorchRuntime.load();
    Device device = runtime.resolve(job.device());
    TrainingSpec spec = spec(data.classNames().size(), device);
    SampleReader training = reader(data.training());
    SampleReader validation = reader(data.validation());
    ProgressReporter progress =
        new ProgressReporter(
            session,
            recipe.epochs(),
            Clock.systemUTC(),
            listener,
            curves -> report(data, List.of(training, validation), curves, Optional.empty()));
    session
        .folder()
        .readReport(TrainingReport.class)
        .ifPresent(before -> progress.resume(before.curves()));

    TrainingOutcome trained = train(runtime, device, spec, images, training, validation, progress);
    if (!trained.finished()) {
      return Optional.empty();
    }
    progress.phase("fuse");
    List<StoredVersion> contenders = contenders(runtime, spec, images, data, trained);
    progress.phase("evaluate");
    Verdict verdict =
        Verdict.of(
            contenders,
            data,
            repository,
            recipe.name(),
            recipe.tolerance(),
            new ArtifactEvaluation(runtime, device, threads, decoder));
    report(
        data,
        List.of(training, validation),
        progress.curves(),
        Optional.of(TrainingReport.Result.of(verdict, data.classNames())));
    progress.phase("publish");
    return Optional.of(outcome(verdict));
  }

  private TrainingSpec spec(int classes, Device device) {
    boolean cpu = device.kind() == Device.Kind.CPU;
    if (cpu && recipe.compute() == Compute.BFLOAT16) {
      throw INVALID_REQUEST.error(
          "compute: bfloat16 needs a CUDA device; the device of this training is %s", device);
    }
    return new TrainingSpec(recipe, classes, cpu ? Kernels.PIXELWISE : Kernels.PLANAR);
  }

  private SampleReader reader(List<Sample> samples) {
    return new SampleReader(samples, decoder, CACHE_BYTES, MAX_CORRUPT_SHARE);
  }

  private TrainingOutcome train(
      TorchRuntime runtime,
      Device device,
      TrainingSpec spec,
      ImagePreparation images,
      SampleReader training,
      SampleReader validation,
      ProgressReporter progress) {
    int loaders = Math.max(1, threads - 1);
    BatchSource batches =
        FolderBatches.training(
            training,
            images.augmentation(),
            recipe.imagesPerStep(),
            loaders,
            recipe.seed(),
            recipe.epochs(),
            spec.classes());
    BatchSource held =
        FolderBatches.evaluation(
            validation, images.preprocessing(), EVALUATION_BATCH, loaders, spec.classes());
    Path checkpoint = session.folder().checkpoints().resolve("training.pth");
    return new TrainingLoop(
            runtime,
            device,
            threads,
            Clock.systemUTC(),
            batches,
            held,
            Math.max(1, recipe.epochs() / EVALUATIONS),
            checkpoint,
            Duration.ofSeconds(job.checkpointSeconds()),
            progress)
        .run(start(spec, checkpoint));
  }

  /**
   * Starts from the job's checkpoint, otherwise the weights to fine-tune, otherwise random weights.
   */
  private TrainingState start(TrainingSpec spec, Path checkpoint) {
    if (Files.exists(checkpoint)) {
      return CheckpointFile.read(checkpoint, spec);
    }
    return job.checkpoint()
        .map(Path::of)
        .or(() -> recipe.fineTuneFrom().map(this::published))
        .map(file -> TorchCheckpoint.read(file, Optional.empty()).weights())
        .map(weights -> TrainingState.fineTuning(spec, weights))
        .orElseGet(() -> TrainingState.fresh(spec));
  }

  /**
   * The training weights of a published model.
   *
   * @param model {@code name}, for its active version, or {@code name/version}
   */
  private Path published(String model) {
    String[] parts = model.split("/", 2);
    OptionalInt version =
        parts.length == 2 ? ModelId.version(parts[1]) : repository.active(parts[0]);
    if (version.isEmpty()) {
      throw MODEL_NOT_FOUND.error("fine_tune_from: the repository has no model '%s'", model);
    }
    return repository
        .open(new ModelId(parts[0], version.getAsInt()))
        .folder()
        .resolve(StoredVersion.CHECKPOINT);
  }

  private void report(
      ImageFolder data,
      List<SampleReader> readers,
      List<EpochReport> curves,
      Optional<TrainingReport.Result> result) {
    session.folder().writeReport(TrainingReport.of(recipe, data, readers, curves, result));
  }

  /**
   * Fuses the moving average and the net itself: the average is better after a long run, but close
   * to its initial weights after a short one. Both are published to the job's folder, where a
   * rejected candidate can be inspected.
   */
  private List<StoredVersion> contenders(
      TorchRuntime runtime,
      TrainingSpec spec,
      ImagePreparation images,
      ImageFolder data,
      TrainingOutcome trained) {
    ModelRepository own = new ModelRepository(session.folder().path().resolve("candidate"));
    ModelPublisher publisher = new ModelPublisher(runtime, own, threads, step -> {});
    List<StateDict> weights = new ArrayList<>();
    trained.average().ifPresent(weights::add);
    weights.add(trained.model());
    String origin =
        "trained by this service: %d epochs on %d images, seed %d, from %s"
            .formatted(
                recipe.epochs(),
                data.training().size(),
                recipe.seed(),
                recipe.fineTuneFrom().or(recipe::checkpoint).orElse("random weights"));
    return weights.stream()
        .map(
            contender ->
                publisher.publish(
                    new Candidate(
                        recipe.name(),
                        spec.network(),
                        contender,
                        trained.slope(),
                        images.preprocessing(),
                        data.classNames(),
                        true,
                        origin)))
        .toList();
  }

  private Outcome outcome(Verdict verdict) {
    double accuracy = verdict.validation().accuracy();
    if (verdict.objection().isPresent()) {
      return Outcome.rejected(
          verdict.objection().get(), OptionalDouble.of(accuracy), verdict.liveAccuracy());
    }
    StoredVersion published = repository.publishCopy(verdict.candidate(), verdict.accuracy());
    return Outcome.published(
        published.id().name(), published.id().version(), accuracy, verdict.liveAccuracy());
  }
}
