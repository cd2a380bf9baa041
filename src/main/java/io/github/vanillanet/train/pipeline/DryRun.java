package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.gate.Gate;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.look.Plan;
import io.github.vanillanet.train.look.Thumbnails;
import io.github.vanillanet.train.loop.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Plans a training on the calling thread: scans the data, chooses the recipe and measures some
 * steps. Writes the plan to the job's folder. Changes neither the data nor the repository.
 */
public final class DryRun {

  private final JobSession session;
  private final JobSpec job;
  private final Consumer<Progress> listener;
  private final Consumer<String> log;
  private final ImageDecoder decoder;
  private final int threads;

  /**
   * @param decoder with the limits of the service
   * @param listener also receives each line of progress
   * @param log receives the findings in the data
   */
  public DryRun(
      JobSession session,
      JobSpec job,
      ImageDecoder decoder,
      Consumer<Progress> listener,
      Consumer<String> log) {
    this.session = session;
    this.decoder = decoder;
    this.job = job;
    this.listener = listener;
    this.log = log;
    this.threads = job.threads().orElse(Runtime.getRuntime().availableProcessors());
  }

  /**
   * @return the plan, or empty if the job was stopped
   * @throws ServiceException of any code if the data cannot be read or a step fails
   */
  public Optional<Plan> run() throws IOException {
    phase("look");
    ModelRepository repository = new ModelRepository(Path.of(job.repository()));
    job.recipe().fineTuneFrom().ifPresent(model -> StartWeights.published(repository, model));
    ImageFolder data =
        new TrainingData(job, session.folder(), decoder, threads)
            .scan(ImagePreparation.of(job.recipe(), job.recipe().inputSize()).validation(), log);
    TorchRuntime runtime = TorchRuntime.load();
    Device device = runtime.resolve(job.device());
    RecipeFitting fitting = new RecipeFitting(session, data, runtime, device, threads, decoder);
    if (data.objections().isEmpty()) {
      phase("measure");
    }
    RecipeFitting.Fitted fitted = fitting.run();
    if (session.mustStop()) {
      return Optional.empty();
    }
    List<List<byte[]>> thumbnails =
        new Thumbnails(decoder).of(data.training(), data.classNames().size());
    List<byte[]> jpegs = new ArrayList<>();
    thumbnails.forEach(jpegs::addAll);
    Recipe recipe = fitted.choice().recipe();
    List<Plan.Augmented> augmented =
        fitted.measured().isEmpty() ? List.of() : AugmentedSamples.of(data, recipe, decoder, jpegs);
    session.folder().results().writeThumbnails(jpegs);
    Plan plan =
        Plan.of(
            data,
            new Gate(repository, recipe).objections(data),
            fitted.choice(),
            fitting.machine(),
            fitted.measured(),
            thumbnails.stream().map(List::size).toList(),
            augmented);
    session.folder().results().writePlan(plan);
    return Optional.of(plan);
  }

  private void phase(String phase) {
    Progress line = Progress.of(Clock.systemUTC().instant(), phase, 0, 0, 0, 0);
    listener.accept(line);
    session.folder().progress().append(line);
  }
}
