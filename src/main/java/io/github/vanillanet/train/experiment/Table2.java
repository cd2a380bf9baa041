package io.github.vanillanet.train.experiment;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.pipeline.MeasuredRuns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Trains the VanillaNet-6 rows of the paper's tables 2 and 3 with several seeds. Runs with the same
 * seed have the same order of images, augmentation and validation images. Each run is a job in a
 * folder of its own; a finished one is not repeated, and an interrupted one continues.
 *
 * @param runs the data and the machine
 * @param log receives one line for each event
 */
public record Table2(MeasuredRuns runs, Consumer<Progress> progress, Consumer<String> log) {

  /** Below, the differences are mostly chance. */
  static final Duration LEAST_RUN = Duration.ofMinutes(10);

  private static final int BATCH_SIZE = 128;
  private static final String TABLE = "table.md";

  /**
   * What a user asks for: the {@code spec.json} of the experiment's folder.
   *
   * @param data image folder
   * @param seeds runs of each configuration
   * @param budgetSeconds of all runs together
   */
  public record Request(String data, int seeds, long budgetSeconds) {

    /**
     * @throws ServiceException {@code BAD_CONFIGURATION} if a run would have under 10 minutes
     */
    public Request {
      if (seeds < 1) {
        throw BAD_CONFIGURATION.error("--seeds: expected 1 or more, found %d", seeds);
      }
      if (each(seeds, budgetSeconds).compareTo(LEAST_RUN) < 0) {
        throw BAD_CONFIGURATION.error(
            "--budget: %d runs need at least %d minutes, 10 for each, found %d; raise the budget or"
                + " lower --seeds",
            seeds * Configuration.values().length,
            LEAST_RUN.toMinutes() * seeds * Configuration.values().length,
            budgetSeconds / 60);
      }
    }

    Duration each() {
      return each(seeds, budgetSeconds);
    }

    private static Duration each(int seeds, long budgetSeconds) {
      return Duration.ofSeconds(budgetSeconds)
          .dividedBy((long) seeds * Configuration.values().length);
    }
  }

  /** The {@code report.json} of the experiment's folder. */
  public record Report(RunSize size, int trainingImages, int validationImages, Results results) {

    Report plus(Results.Run run) {
      return new Report(size, trainingImages, validationImages, results.plus(run));
    }

    /** The tables, in Markdown. */
    public String text() {
      return TableText.of(
          results,
          String.format(
              Locale.ROOT,
              "VanillaNet-6 with width factor %s at %d pixels, %d epochs, %d training images,"
                  + " accuracy of the last average on %d validation images",
              size.width(),
              size.inputSize(),
              size.epochs(),
              trainingImages,
              validationImages));
    }
  }

  /**
   * Runs what is missing.
   *
   * @param folder of the experiment
   * @return empty if a run was stopped
   * @throws ServiceException {@code CONFLICT} if the folder has another experiment
   */
  public Optional<Report> run(Path folder, Request request) throws IOException {
    JsonNode spec = RecordJson.tree(request);
    try (JobSession session = JobSession.open(folder, spec)) {
      if (!session.folder().readSpec().toString().equals(spec.toString())) {
        throw CONFLICT.error(
            "%s: contains an experiment with other data, seeds or budget; choose another folder",
            folder);
      }
      Optional<Report> before = session.folder().results().readReport(Report.class);
      Report report = before.isPresent() ? before.get() : sized(request);
      session.folder().results().writeReport(report);
      for (int seed = 0; seed < request.seeds(); seed++) {
        for (Configuration configuration : Configuration.values()) {
          if (report.results().accuracy(configuration, seed).isPresent()) {
            continue;
          }
          String name = "%s-%d".formatted(configuration.label(), seed);
          log.accept("run " + name);
          OptionalDouble accuracy =
              one(folder.resolve(name), recipe(configuration, seed, report.size()));
          if (accuracy.isEmpty()) {
            return Optional.empty();
          }
          double percent = 100 * accuracy.getAsDouble();
          log.accept(String.format(Locale.ROOT, "run %s: top-1 %.2f %%", name, percent));
          report = report.plus(new Results.Run(configuration, seed, percent));
          session.folder().results().writeReport(report);
          session.folder().results().writeText(TABLE, report.text());
        }
      }
      return Optional.of(report);
    }
  }

  private OptionalDouble one(Path folder, Recipe recipe) {
    try (JobSession session = JobSession.open(folder, recipe.toJson())) {
      return runs.run(session, recipe, progress);
    }
  }

  private Report sized(Request request) {
    RunSize size =
        RunSize.choose(request.each(), this::epochSeconds)
            .orElseThrow(
                () ->
                    BAD_CONFIGURATION.error(
                        "--budget: %d minutes for each run are not enough for %d epochs of %d"
                            + " images; raise the budget, lower --seeds, or use fewer images",
                        request.each().toMinutes(), RunSize.LEAST_EPOCHS, runs.trainingImages()));
    return new Report(size, runs.trainingImages(), runs.validationImages(), new Results(List.of()));
  }

  /** Measures the configuration that takes the longest. */
  private double epochSeconds(RunSize size) {
    double seconds = runs.epochSeconds(recipe(Configuration.SHORTCUT_AFTER, 0, size));
    log.accept(
        String.format(
            Locale.ROOT,
            "width factor %s at %d pixels: %.1f s per epoch",
            size.width(),
            size.inputSize(),
            seconds));
    return seconds;
  }

  private Recipe recipe(Configuration configuration, int seed, RunSize size) {
    ObjectNode request =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", "table2")
            .put("variant", "vanillanet_6")
            .put("width", size.width())
            .put("input_size", size.inputSize())
            .put("epochs", size.epochs())
            .put("batch_size", Math.min(BATCH_SIZE, runs.trainingImages()))
            .put("crop", "padded")
            .put("seed", seed);
    configuration.applyTo(request);
    return Recipe.of(request);
  }
}
