package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.Candidate;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.TrainingImages;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.gate.ArtifactEvaluation;
import io.github.vanillanet.train.gate.CalibrationFit;
import io.github.vanillanet.train.gate.DomainFit;
import io.github.vanillanet.train.gate.Verdict;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.look.DataFacts;
import io.github.vanillanet.train.look.Objections;
import io.github.vanillanet.train.look.RecipeChoice;
import io.github.vanillanet.train.look.Thumbnails;
import io.github.vanillanet.train.loop.CandidateFile;
import io.github.vanillanet.train.loop.EpochReport;
import io.github.vanillanet.train.loop.Kernels;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.TrainingLoop;
import io.github.vanillanet.train.loop.TrainingOutcome;
import io.github.vanillanet.train.loop.TrainingSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A whole training on the calling thread: scan the data, train, fuse, certify the fuse, evaluate
 * the fused artifact, compare it with the live version, publish. Continues from the job's
 * checkpoint if there is one. Only the last step changes the repository.
 */
public final class TrainingPipeline {

  static final int CACHE_SHARE = 4;
  static final double MAX_CORRUPT_SHARE = 0.05;

  private final JobSession session;
  private final JobSpec job;
  private final Consumer<Progress> listener;
  private final Consumer<String> log;
  private final ImageDecoder decoder;
  private final ModelRepository repository;
  private final int threads;
  private RecipeChoice choice;

  /**
   * @param decoder with the limits of the service
   * @param listener also receives each line of progress
   * @param log receives the findings in the data
   */
  public TrainingPipeline(
      JobSession session,
      JobSpec job,
      ImageDecoder decoder,
      Consumer<Progress> listener,
      Consumer<String> log) {
    this.session = session;
    this.job = job;
    this.choice = new RecipeChoice(job.recipe(), Map.of());
    this.decoder = decoder;
    this.listener = listener;
    this.log = log;
    this.repository = new ModelRepository(Path.of(job.repository()));
    this.threads = job.threads().orElse(Runtime.getRuntime().availableProcessors());
  }

  /**
   * @return the outcome, or empty if the job was stopped and can be continued
   * @throws ServiceException of any code if the training fails
   */
  public Optional<Outcome> run() throws IOException {
    ProgressReporter progress = new ProgressReporter(session, Clock.systemUTC(), listener);
    progress.phase("look");
    ImageFolder data =
        new TrainingData(job, session.folder(), decoder, threads)
            .scan(ImagePreparation.of(recipe(), recipe().inputSize()).validation(), log);
    data.requireTrainable();
    Publication publication = new Publication(session, repository, recipe());
    Optional<Outcome> rejected = publication.gate().rejection(data);
    if (rejected.isPresent()) {
      return rejected;
    }
    TrainingImages inherited = publication.inherited();
    TorchRuntime runtime = TorchRuntime.load();
    Device device = runtime.resolve(job.device());
    decideRecipe(progress, data, runtime, device);
    if (session.mustStop()) {
      return Optional.empty();
    }
    Recipe recipe = recipe();
    progress.follow(recipe);
    ImagePreparation images = ImagePreparation.of(recipe, recipe.inputSize());
    TrainingSpec spec = spec(recipe, data.classNames().size(), device);
    SampleReader training = reader(data.training(), CACHE_SHARE);
    SampleReader validation = reader(data.validation(), 2 * CACHE_SHARE);
    progress.onEpoch(
        curves -> {
          session.folder().results().writeMetrics(MetricsFile.of(curves));
          report(data, List.of(training, validation), curves, Optional.empty());
        });
    session
        .folder()
        .results()
        .readReport(TrainingReport.class)
        .ifPresent(before -> progress.resume(before.curves()));

    TrainingOutcome trained = train(runtime, device, spec, training, validation, progress);
    if (!trained.finished()) {
      return Optional.empty();
    }
    progress.phase("fuse");
    StoredVersion candidate = publishCandidate(runtime, spec, images, data);
    progress.phase("evaluate");
    ArtifactEvaluation evaluation = new ArtifactEvaluation(runtime, device, threads, decoder);
    TrainingImages trainedOn =
        inherited.plus(TrainingImages.of(data.training().stream().map(Sample::file).toList()));
    Verdict verdict = publication.decide(candidate, data, trainedOn, evaluation);
    report(
        data,
        List.of(training, validation),
        progress.curves(),
        Optional.of(
            TrainingReport.Result.of(
                verdict,
                data.classNames(),
                MistakesView.write(
                    verdict.mistakes(),
                    data.classNames(),
                    data.root(),
                    new Thumbnails(decoder),
                    session.folder()))));
    Optional<DomainHint.Fitted> domain =
        verdict.ruling().publishes()
            ? new DomainFit(evaluation, recipe.seed())
                .of(candidate, data.training(), data.validation())
            : Optional.empty();
    if (verdict.ruling().publishes()) {
      new SelfCalibration(session::mustStop, runtime, threads, decoder, log)
          .run(
              candidate, verdict.calibration().map(CalibrationFit::calibration), data.validation());
    }
    progress.phase("publish");
    return publication.publish(verdict, trainedOn, domain);
  }

  private Recipe recipe() {
    return choice.recipe();
  }

  /**
   * Decides the open members of the request, unless an earlier attempt or a dry run did.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if the recipe needs more memory or time than
   *     there is
   */
  private void decideRecipe(
      ProgressReporter progress, ImageFolder data, TorchRuntime runtime, Device device) {
    Optional<RecipeChoice> decided = session.folder().results().readRecipe(RecipeChoice.class);
    if (decided.isEmpty() && !session.folder().hasCheckpoint()) {
      progress.phase("measure");
      RecipeFitting.Fitted fitted =
          new RecipeFitting(session, data, runtime, device, threads, decoder).run();
      List<String> objections =
          Objections.of(fitted.choice().recipe(), DataFacts.of(data), fitted.measured());
      if (!objections.isEmpty()) {
        throw INVALID_REQUEST.error("%s", String.join("; ", objections));
      }
      session.folder().results().writeRecipe(fitted.choice());
      decided = Optional.of(fitted.choice());
    }
    decided.ifPresent(it -> choice = it);
    choice.lines().forEach(line -> log.accept("chosen: " + line));
  }

  static TrainingSpec spec(Recipe recipe, int classes, Device device) {
    boolean cpu = device.kind() == Device.Kind.CPU;
    recipe.compute().requireFastOn(device);
    return new TrainingSpec(recipe, classes, cpu ? Kernels.PIXELWISE : Kernels.PLANAR);
  }

  /**
   * @param cacheShare part of the memory that the cache may take: 1 / {@code cacheShare}
   */
  private SampleReader reader(List<Sample> samples, int cacheShare) {
    long cacheBytes = Runtime.getRuntime().maxMemory() / cacheShare;
    return new SampleReader(samples, decoder, cacheBytes, MAX_CORRUPT_SHARE);
  }

  private TrainingOutcome train(
      TorchRuntime runtime,
      Device device,
      TrainingSpec spec,
      SampleReader training,
      SampleReader validation,
      ProgressReporter progress) {
    StageSources sources =
        new StageSources(recipe(), spec.classes(), training, validation, loaders(device));
    Path checkpoint = session.folder().checkpoints().resolve("training.pth");
    return new TrainingLoop(
            runtime,
            device,
            threads,
            Clock.systemUTC(),
            sources.all(),
            checkpoint,
            candidateFile(),
            Duration.ofSeconds(job.checkpointSeconds()),
            progress)
        .run(new StartWeights(job, repository).of(spec, checkpoint));
  }

  /** The engine needs its own threads on a CPU, and one on a CUDA device. */
  private int loaders(Device device) {
    boolean cpu = device.kind() == Device.Kind.CPU;
    return Math.max(1, (cpu ? threads : Runtime.getRuntime().availableProcessors()) - 1);
  }

  private CandidateFile candidateFile() {
    return new CandidateFile(session.folder().checkpoints().resolve("candidate.pth"));
  }

  private void report(
      ImageFolder data,
      List<SampleReader> readers,
      List<EpochReport> curves,
      Optional<TrainingReport.Result> result) {
    session
        .folder()
        .results()
        .writeReport(TrainingReport.of(choice, data, readers, curves, result));
  }

  /**
   * Fuses the best candidate and publishes it to the job's folder, where a rejected one can be
   * inspected.
   */
  private StoredVersion publishCandidate(
      TorchRuntime runtime, TrainingSpec spec, ImagePreparation images, ImageFolder data) {
    ModelRepository own = new ModelRepository(session.folder().path().resolve("candidate"));
    ModelPublisher publisher = new ModelPublisher(runtime, own, threads, step -> {});
    Recipe recipe = recipe();
    String origin =
        "trained by this service: %d epochs on %d images, seed %d, from %s"
            .formatted(
                recipe.epochs(),
                data.training().size(),
                recipe.seed(),
                recipe.fineTuneFrom().or(recipe::checkpoint).orElse("random weights"));
    double slope = 1; // of every candidate
    return publisher.publish(
        new Candidate(
            recipe.name(),
            spec.network(),
            candidateFile().weights(),
            slope,
            images.preprocessing().with(decoder.trainingRules()),
            data.classNames(),
            true,
            origin));
  }
}
