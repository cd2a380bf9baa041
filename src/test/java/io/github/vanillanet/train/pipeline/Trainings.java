package io.github.vanillanet.train.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Recipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Trainings of the model {@code painted} with 8 epochs, that take about a second each.
 *
 * @param folder contains the jobs and the repository
 */
record Trainings(Path folder) {

  /**
   * @param further members of the request; replace the ones below
   */
  Optional<Outcome> run(String job, Path data, String further, Consumer<Progress> audience)
      throws IOException {
    JsonNode request =
        Recipes.json(
            """
            name: 'painted', variant: 'vanillanet_5', dims: [8, 8, 16, 16], input_size: 32,
            epochs: 8, decay_epochs: 3, batch_size: 24, optimizer: 'adamw', learning_rate: 0.01,
            warmup_epochs: 1, ema_decay: 0.9, seed: 3%s\
            """
                .formatted(further));
    JobSpec spec = spec(request, data, false);
    try (JobSession session = spec.open(folder.resolve(job), request)) {
      return new TrainingPipeline(
              session, spec, new ImageDecoder(25_000_000), audience, finding -> {})
          .run();
    }
  }

  /** A specification for one thread on the CPU. */
  JobSpec spec(JsonNode request, Path data, boolean dryRun) {
    return new JobSpec(
        Recipe.of(request),
        Optional.of(data.toString()),
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        folder.resolve("models").toString(),
        "cpu",
        Optional.of(1), // sums of several threads may be taken in another order
        3600,
        dryRun);
  }

  Outcome run(String job, Path data, String further) throws IOException {
    return run(job, data, further, line -> {}).orElseThrow();
  }

  void stop(String job) {
    try {
      Files.writeString(folder.resolve(job).resolve("stop"), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ModelRepository repository() {
    return new ModelRepository(folder.resolve("models"));
  }

  JsonNode report(String job) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(job).resolve("report.json").toFile());
  }
}
