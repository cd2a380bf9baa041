package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.dataset.Balance;
import io.github.vanillanet.train.dataset.BatchSource;
import io.github.vanillanet.train.dataset.FolderBatches;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.look.DataFacts;
import io.github.vanillanet.train.look.Defaults;
import io.github.vanillanet.train.look.Fit;
import io.github.vanillanet.train.look.Limits;
import io.github.vanillanet.train.look.Machine;
import io.github.vanillanet.train.look.Measured;
import io.github.vanillanet.train.look.RecipeChoice;
import io.github.vanillanet.train.look.StepSeries;
import io.github.vanillanet.train.loop.Budget;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Stage;
import io.github.vanillanet.train.loop.TrainingSpec;
import io.github.vanillanet.train.loop.TrialSteps;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses the recipe of a job: decides the open members of its request, measures real steps, and
 * fits the recipe to the memory and the budget. Each smaller network is measured again.
 *
 * @param threads of the engine on a CPU
 */
record RecipeFitting(
    JobSession session,
    ImageFolder data,
    TorchRuntime runtime,
    Device device,
    int threads,
    ImageDecoder decoder) {

  /** Networks that are measured at most. */
  private static final int ROUNDS = 4;

  private static final double MAX_SECONDS = 60;

  /** Part of the budget that a measurement may take. */
  private static final double MEASURED_SHARE = 1 / 30.0;

  /**
   * @param measured with the network of the choice; absent if the data cannot be trained on
   */
  record Fitted(RecipeChoice choice, Optional<Measured> measured) {}

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if the request is not valid
   * @throws ServiceException of any code if a step fails
   */
  Fitted run() {
    Defaults defaults =
        new Defaults(JobSpec.request(session.folder().readSpec()), DataFacts.of(data), machine());
    Limits limits = Limits.NONE;
    if (!data.objections().isEmpty()) {
      return new Fitted(
          data.training().isEmpty()
              ? new RecipeChoice(Recipe.of(defaults.request()), Map.of())
              : defaults.choose(limits),
          Optional.empty());
    }
    RecipeChoice choice = defaults.choose(limits);
    Measured measured = measure(choice.recipe());
    for (int round = 1; round < ROUNDS; round++) {
      limits = new Fit(defaults, choice, measured).tighten(limits);
      RecipeChoice fitted = defaults.choose(limits);
      boolean sameNetwork = fitted.hasNetworkOf(choice);
      choice = fitted;
      if (sameNetwork || session.mustStop()) {
        break;
      }
      measured = measure(choice.recipe());
    }
    return new Fitted(choice, Optional.of(measured));
  }

  Machine machine() {
    return Machine.of(device.toString(), threads);
  }

  private Measured measure(Recipe recipe) {
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
    double budget =
        recipe.budget().map(it -> Budget.parse(it).toMillis() / 1e3).orElse(Double.MAX_VALUE);
    StepSeries series =
        new StepSeries(
            Math.min(stage.batchSize(), data.training().size()),
            machine().memoryLimitBytes(),
            Math.min(MAX_SECONDS, MEASURED_SHARE * budget),
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
}
