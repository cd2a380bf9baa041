package io.github.vanillanet.train.api;

import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;
import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.config.TrainingConfig;
import io.github.vanillanet.base.error.Problems;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.train.jobs.DataRoot;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.TrainingMeters;
import io.github.vanillanet.train.look.RecipeChoice;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.pipeline.DryRuns;
import io.github.vanillanet.train.pipeline.FineTuning;
import io.github.vanillanet.train.pipeline.JobSpec;
import io.github.vanillanet.train.pipeline.PlannedRequest;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Creates a job from a valid request: completes the recipe and adds the service's settings. A dry
 * run only plans the training.
 */
@Singleton
final class TrainingSubmission {

  private static final String FROM = "from";
  private static final String DATA = "data";
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private final ServingConfig config;
  private final ModelRepository repository;
  private final DataRoot root;
  private final JobRunner jobs;
  private final DryRuns dryRuns;
  private final TrainingMeters meters;

  TrainingSubmission(
      ServingConfig config,
      ModelRepository repository,
      JobRunner jobs,
      DryRuns dryRuns,
      TrainingMeters meters) {
    this.config = config;
    this.repository = repository;
    this.root = new DataRoot(config.training().dataRoot());
    this.jobs = jobs;
    this.dryRuns = dryRuns;
    this.meters = meters;
  }

  /** Rejects a training whose result could not be published, before any work. */
  private void requirePublishable(boolean dryRun) {
    if (!dryRun) {
      repository.requireWritable();
    }
  }

  /** Continues a job, see {@link JobRunner#resume}. */
  Job resume(String id) {
    requirePublishable(JobSpec.isDryRun(jobs.find(id).spec()));
    return jobs.resume(id);
  }

  Job submit(JsonNode sent, boolean dryRun) {
    requirePublishable(dryRun);
    if (sent.hasNonNull(FROM)) {
      return submitPlanned(sent, dryRun);
    }
    JsonNode request = inherited(sent);
    Problems problems = new Problems();
    Optional<Recipe> recipe = problems.collect(() -> Recipe.ofPublishable(request));
    Optional<Path> folder = problems.collect(() -> dataFolder(request.path(DATA)));
    problems.throwIfAny();
    return jobs.submit(
        spec(recipe.orElseThrow(), folder.map(Path::toString), Optional.empty(), dryRun)
            .toJson(request),
        target -> {});
  }

  private Path dataFolder(JsonNode data) {
    if (!data.isTextual()) {
      throw INVALID_REQUEST.error(
          "data: expected a folder in the data root, or a zip in the multipart field 'data'");
    }
    Path folder = root.resolve(DATA, data.asText());
    if (!Files.isDirectory(folder)) {
      throw INVALID_REQUEST.error("data: expected a folder, '%s' is a file", data.asText());
    }
    return folder;
  }

  /** Uses the data of a dry run. Other members of the request replace those of the dry run. */
  private Job submitPlanned(JsonNode request, boolean dryRun) {
    ObjectNode changes = request.deepCopy();
    String id = changes.remove(FROM).asText();
    Job planned = jobs.find(id);
    JsonNode plan =
        jobs.folder(id)
            .results()
            .readPlan()
            .filter(it -> planned.state() == JobState.SUCCEEDED)
            .orElseThrow(
                () -> CONFLICT.error("from: job %s is not a dry run that has succeeded", id));
    if (changes.has(DATA)) {
      throw INVALID_REQUEST.error("data: expected none, the data is that of dry run %s", id);
    }
    requireStartable(id, plan, !changes.isEmpty());
    JsonNode merged = inherited(PlannedRequest.merged(JobSpec.request(planned.spec()), changes));
    Recipe recipe = Recipe.ofPublishable(changes.isEmpty() ? plan.get("recipe") : merged);
    JobSpec before = JobSpec.of(planned.spec());
    Job job =
        jobs.submit(
            spec(recipe, before.data(), before.archive(), dryRun).toJson(merged),
            folder -> {
              if (changes.isEmpty()) {
                new JobFolder(folder).results().writeRecipe(RecipeChoice.ofPlan(plan));
              }
              if (before.archive().isPresent()) {
                dryRuns.move(id, folder);
              }
            });
    return watched(job, dryRun);
  }

  /**
   * @param changed whether the request changes the recipe, which may remove objections to it
   */
  private static void requireStartable(String id, JsonNode plan, boolean changed) {
    boolean unusable = false;
    for (JsonNode finding : plan.path("findings")) {
      unusable |= finding.path("fatal").asBoolean();
    }
    List<String> objections = new ArrayList<>();
    plan.path("objections").forEach(objection -> objections.add(objection.asText()));
    if (unusable || !changed && !objections.isEmpty()) {
      throw CONFLICT.error(
          "from: dry run %s has objections: %s", id, String.join("; ", objections));
    }
  }

  private Job watched(Job job, boolean dryRun) {
    if (dryRun) {
      dryRuns.watch(job);
    }
    return job;
  }

  /**
   * Trains on an uploaded archive, which is moved into the job's folder.
   *
   * @param archive zip of an image folder; the job's process unpacks and checks it
   */
  Job submit(JsonNode sent, Path archive, boolean dryRun) {
    requirePublishable(dryRun);
    if (sent.hasNonNull(FROM)) {
      throw INVALID_REQUEST.error("data: expected none, the data is that of the dry run in 'from'");
    }
    JsonNode request = inherited(sent);
    Problems problems = new Problems();
    Optional<Recipe> recipe = problems.collect(() -> Recipe.ofPublishable(request));
    problems.require(!request.hasNonNull(DATA), "data: expected a path or an upload, found both");
    problems.throwIfAny();
    long bytes = requireZip(archive);
    Job job =
        jobs.submit(
            spec(recipe.orElseThrow(), Optional.empty(), Optional.of(JobSpec.ARCHIVE), dryRun)
                .toJson(request),
            folder -> Files.move(archive, folder.resolve(JobSpec.ARCHIVE)));
    meters.uploaded(bytes);
    return watched(job, dryRun);
  }

  private JsonNode inherited(JsonNode request) {
    return FineTuning.inherited(request, repository);
  }

  private JobSpec spec(
      Recipe recipe, Optional<String> data, Optional<String> archive, boolean dryRun) {
    TrainingConfig training = config.training();
    return new JobSpec(
        recipe,
        data,
        archive,
        training.maxUploadFiles(),
        training.maxUnpacked().asLongValue(),
        recipe.checkpoint().map(file -> root.resolve("checkpoint", file).toString()),
        repository.root().toAbsolutePath().toString(),
        device(training),
        training.threads(),
        training.checkpointInterval().toSeconds(),
        dryRun);
  }

  /** The device of a Kubernetes Job does not depend on the device of the service. */
  private String device(TrainingConfig training) {
    return switch (training.executor()) {
      case PROCESS -> config.device();
      case KUBERNETES -> training.kubernetes().gpuCount() > 0 ? "cuda:0" : "cpu";
    };
  }

  private long requireZip(Path archive) {
    long limit = config.training().maxUpload().asLongValue();
    try (InputStream bytes = Files.newInputStream(archive)) {
      long size = Files.size(archive);
      if (size > limit) {
        throw TOO_LARGE.error("data: expected at most %d bytes, found %d", limit, size);
      }
      if (!Arrays.equals(bytes.readNBytes(ZIP.length), ZIP)) {
        throw INVALID_REQUEST.error(
            "data: expected a zip of an image folder, the upload is not a zip");
      }
      return size;
    } catch (IOException e) {
      throw new IllegalStateException("reading the uploaded file failed", e);
    }
  }
}
