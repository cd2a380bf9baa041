package io.github.vanillanet.train.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.train.dataset.Balance;
import io.github.vanillanet.train.dataset.BatchSource;
import io.github.vanillanet.train.dataset.FolderBatches;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.gate.Gate;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.look.DataFacts;
import io.github.vanillanet.train.look.Machine;
import io.github.vanillanet.train.look.Measured;
import io.github.vanillanet.train.look.Plan;
import io.github.vanillanet.train.look.RecipeChoice;
import io.github.vanillanet.train.look.StepSeries;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Stage;
import io.github.vanillanet.train.loop.TrainingSpec;
import io.github.vanillanet.train.loop.TrialSteps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
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
    JsonNode request = JobSpec.request(session.folder().readSpec());
    phase("look");
    ModelRepository repository = new ModelRepository(Path.of(job.repository()));
    job.recipe().fineTuneFrom().ifPresent(model -> StartWeights.published(repository, model));
    ImageFolder data =
        new TrainingData(job, session.folder(), decoder, threads)
            .scan(ImagePreparation.of(job.recipe(), job.recipe().inputSize()).validation(), log);
    DataFacts facts = DataFacts.of(data);
    TorchRuntime runtime = TorchRuntime.load();
    Device device = runtime.resolve(job.device());
    Machine machine = Machine.of(device.toString(), threads);
    Recipe recipe = RecipeChoice.of(request, facts, machine, Optional.empty());
    Optional<Measured> measured = Optional.empty();
    if (data.objections().isEmpty()) {
      phase("measure");
      measured = Optional.of(measure(data, recipe, machine, runtime, device));
      recipe = RecipeChoice.of(request, facts, machine, measured);
    }
    if (session.mustStop()) {
      return Optional.empty();
    }
    Optional<String> labels =
        new Gate(new ModelRepository(Path.of(job.repository())), recipe)
            .labelObjection(data.classNames());
    Plan plan = Plan.of(data, labels, recipe, machine, measured, decoder);
    session.folder().writePlan(plan);
    return Optional.of(plan);
  }

  private Measured measure(
      ImageFolder data, Recipe recipe, Machine machine, TorchRuntime runtime, Device device) {
    int classes = data.classNames().size();
    // a step of several forward passes takes as long as its parts
    Recipe single = Recipe.of(recipe.toJson().put("accumulation_steps", 1));
    Stage stage = recipe.heaviest();
    TrainingSpec spec = TrainingPipeline.spec(single, classes, device);
    SampleReader reader =
        new SampleReader(
            data.training(),
            decoder,
            Runtime.getRuntime().maxMemory() / TrainingPipeline.CACHE_SHARE,
            TrainingPipeline.MAX_CORRUPT_SHARE);
    StepSeries series =
        new StepSeries(
            Math.min(stage.batchSize(), data.training().size()),
            machine.memoryLimitBytes(),
            StepSeries.OF_THIS_PROCESS,
            session::mustStop);
    try (TrialSteps steps = TrialSteps.open(runtime, device, threads, spec)) {
      return series.run(batch -> step(steps, batches(reader, single, stage, batch, classes)));
    }
  }

  private BatchSource batches(
      SampleReader reader, Recipe recipe, Stage stage, int batch, int classes) {
    return FolderBatches.training(
        reader,
        ImagePreparation.of(recipe, stage.inputSize()).augmentation(),
        batch,
        Math.max(1, threads - 1),
        recipe.seed(),
        1,
        classes,
        Balance.NONE);
  }

  /** Prepares a batch as a training does, and runs a step with it. */
  private static double step(TrialSteps steps, BatchSource batches) {
    long began = System.nanoTime();
    try (BatchSource.Pass pass = batches.open(0, 0)) {
      steps.run(pass.next().orElseThrow(() -> new IllegalStateException("no batch")));
      return (System.nanoTime() - began) / 1e9;
    }
  }

  private void phase(String phase) {
    Progress line = Progress.of(Clock.systemUTC().instant(), phase, 0, 0, 0, 0);
    listener.accept(line);
    session.folder().progress().append(line);
  }
}
