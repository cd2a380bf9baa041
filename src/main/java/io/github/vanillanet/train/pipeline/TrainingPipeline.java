package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.Candidate;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.ArchiveLimits;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.dataset.UploadedArchive;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.JobSpec;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.jobs.TrainingRequest;
import io.github.vanillanet.train.loop.CheckpointPolicy;
import io.github.vanillanet.train.loop.TrainingOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * A whole training, on the calling thread: scan the data, train, fuse, prove, evaluate the fused
 * artifact, hold it against the live version, publish. Goes on from the job's checkpoint if there
 * is one. The repository is touched by the last step alone.
 */
public final class TrainingPipeline {

  private static final String CHECKPOINT = "training.pth";
  private static final String UNPACKED = "data";
  private static final String CANDIDATE = "candidate";
  private static final long MAX_PIXELS = 50_000_000;
  private static final long CACHE_BYTES = 512L << 20;
  private static final double CORRUPT_SHARE = 0.05;
  private static final int MOST_RATIO = 200;

  private final JobSession session;
  private final JobSpec job;
  private final TrainingRequest request;
  private final Consumer<Progress> audience;
  private final ImageDecoder decoder = new ImageDecoder(MAX_PIXELS);
  private final ModelRepository repository;

  /**
   * @param audience is told every line of progress too
   */
  public TrainingPipeline(JobSession session, JobSpec job, Consumer<Progress> audience) {
    this.session = session;
    this.job = job;
    this.request = job.request();
    this.audience = audience;
    this.repository = new ModelRepository(Path.of(job.repository()));
  }

  /**
   * @return the job's last word, or empty if it was told to stop and can go on later
   * @throws ServiceException of many kinds: the job has failed, and the message says why
   */
  public Optional<Outcome> run() throws IOException {
    TrainingPlan.variant(request); // a typing error should not wait for the scan
    ImageFolder data = ImageFolder.scan(dataFolder(), TrainingPlan.validation(request));
    data.report().requireTrainable();
    TorchRuntime runtime = TorchRuntime.load();
    Device device = runtime.resolve(job.device());
    TrainingPlan plan = TrainingPlan.of(request, data.classNames().size(), device);
    int threads = job.threads().orElse(Runtime.getRuntime().availableProcessors());
    SampleReader images = reader(data.training());
    ProgressReporter progress =
        new ProgressReporter(
            session,
            plan.spec().recipe().epochs(),
            Clock.systemUTC(),
            audience,
            epochs -> report(TrainingReport.of(data, images, epochs, Optional.empty())));
    session
        .folder()
        .readReport(TrainingReport.class)
        .ifPresent(before -> progress.resume(before.curves()));

    TrainingOutcome trained =
        new TrainingRun(runtime, device, threads, checkpoints())
            .run(plan, data, images, reader(data.validation()), initialWeights(), progress);
    if (!trained.finished()) {
      return Optional.empty();
    }
    progress.phase("fuse");
    List<StoredVersion> contenders = contenders(plan, data, trained, runtime, threads);
    progress.phase("evaluate");
    Judgement judgement =
        Judgement.of(
            contenders,
            data,
            repository,
            request.name(),
            new Gate(request.tolerance().orElse(0)),
            new ArtifactEvaluation(runtime, device, threads, decoder));
    report(
        TrainingReport.of(
            data, images, progress.curves(), Optional.of(judgement.result(data.classNames()))));
    progress.phase("publish");
    return Optional.of(outcome(judgement));
  }

  private void report(TrainingReport report) {
    try {
      session.folder().writeReport(report);
    } catch (IOException e) {
      throw new UncheckedIOException("the job's report cannot be written", e);
    }
  }

  private CheckpointPolicy checkpoints() {
    return new CheckpointPolicy(
        session.folder().checkpoints().resolve(CHECKPOINT),
        Duration.ofSeconds(job.checkpointSeconds()));
  }

  private SampleReader reader(List<Sample> samples) {
    return new SampleReader(samples, decoder, CACHE_BYTES, CORRUPT_SHARE);
  }

  private Optional<Path> initialWeights() {
    return job.checkpoint()
        .map(Path::of)
        .or(() -> request.fineTuneFrom().map(model -> TrainingRun.published(repository, model)));
  }

  private Path dataFolder() throws IOException {
    Optional<Path> archive = job.archiveIn(session.folder());
    if (archive.isEmpty()) {
      return Path.of(
          job.data()
              .orElseThrow(
                  () ->
                      new ServiceException(
                          ErrorCode.INVALID_REQUEST,
                          "data: expected a folder or an archive, found neither")));
    }
    Path folder = session.folder().path().resolve(UNPACKED);
    if (!Files.isDirectory(folder)) {
      new UploadedArchive(new ArchiveLimits(job.archiveFiles(), job.archiveBytes(), MOST_RATIO))
          .unpack(archive.get(), folder);
    }
    return folder;
  }

  /**
   * Fuses the moving average and the net itself: after a long run the average is better, after a
   * short one it has hardly left its start. Both go into the job's own folder, where a rejected
   * candidate stays for inspection.
   */
  private List<StoredVersion> contenders(
      TrainingPlan plan,
      ImageFolder data,
      TrainingOutcome trained,
      TorchRuntime runtime,
      int threads) {
    ModelRepository own = new ModelRepository(session.folder().path().resolve(CANDIDATE));
    ModelPublisher publisher = new ModelPublisher(runtime, own, threads, step -> {});
    List<StateDict> weights = new ArrayList<>();
    trained.average().ifPresent(weights::add);
    weights.add(trained.model());
    String origin =
        "trained here: %d epochs on %d images, seed %d, from %s"
            .formatted(
                plan.spec().recipe().epochs(),
                data.training().size(),
                plan.spec().seed(),
                request.fineTuneFrom().or(request::checkpoint).orElse("random weights"));
    List<StoredVersion> contenders = new ArrayList<>();
    for (StateDict contender : weights) {
      contenders.add(
          publisher.publish(
              new Candidate(
                  request.name(),
                  plan.spec().network(),
                  contender,
                  trained.slope(),
                  plan.preprocessing(),
                  data.classNames(),
                  true,
                  origin,
                  Optional.empty())));
    }
    return contenders;
  }

  private Outcome outcome(Judgement judgement) {
    double accuracy = judgement.validation().accuracy();
    if (judgement.objection().isPresent()) {
      return Outcome.rejected(
          judgement.objection().get(), OptionalDouble.of(accuracy), judgement.live());
    }
    StoredVersion published =
        repository.publishCopy(judgement.candidate(), Optional.of(judgement.accuracy()));
    return Outcome.published(
        published.id().name(), published.id().version(), accuracy, judgement.live());
  }
}
