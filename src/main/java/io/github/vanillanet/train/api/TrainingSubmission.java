package io.github.vanillanet.train.api;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.train.jobs.DataRoot;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.TrainingMeters;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.pipeline.JobSpec;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Creates a job from a valid request: completes the recipe and adds the service's settings. */
@Singleton
final class TrainingSubmission {

  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private final ServingConfig config;
  private final DataRoot root;
  private final JobRunner jobs;
  private final TrainingMeters meters;

  TrainingSubmission(ServingConfig config, JobRunner jobs, TrainingMeters meters) {
    this.config = config;
    this.root = new DataRoot(config.training().dataRoot());
    this.jobs = jobs;
    this.meters = meters;
  }

  Job submit(JsonNode request) {
    Recipe recipe = Recipe.of(request);
    String data =
        recipe
            .data()
            .orElseThrow(
                () ->
                    INVALID_REQUEST.error(
                        "data: expected a folder in the data root, or a zip in the multipart field"
                            + " 'data'"));
    Path folder = root.resolve("data", data);
    if (!Files.isDirectory(folder)) {
      throw INVALID_REQUEST.error("data: expected a folder, '%s' is a file", data);
    }
    return jobs.submit(
        spec(recipe, Optional.of(folder.toString()), Optional.empty()).toJson(request),
        target -> {});
  }

  /**
   * Trains on an uploaded archive, which is moved into the job's folder.
   *
   * @param archive zip of an image folder; the job's process unpacks and checks it
   */
  Job submit(JsonNode request, Path archive) {
    Recipe recipe = Recipe.of(request);
    if (recipe.data().isPresent()) {
      throw INVALID_REQUEST.error("data: expected a path or an upload, found both");
    }
    long bytes = requireZip(archive);
    Job job =
        jobs.submit(
            spec(recipe, Optional.empty(), Optional.of(JobSpec.ARCHIVE)).toJson(request),
            folder -> Files.move(archive, folder.resolve(JobSpec.ARCHIVE)));
    meters.uploaded(bytes);
    return job;
  }

  private JobSpec spec(Recipe recipe, Optional<String> data, Optional<String> archive) {
    ServingConfig.Training training = config.training();
    return new JobSpec(
        recipe,
        data,
        archive,
        training.maxUploadFiles(),
        training.maxUnpacked().asLongValue(),
        recipe.checkpoint().map(file -> root.resolve("checkpoint", file).toString()),
        config.repository().toAbsolutePath().toString(),
        device(training),
        training.threads(),
        training.checkpointInterval().toSeconds());
  }

  /** The device of a Kubernetes Job does not depend on the device of the service. */
  private String device(ServingConfig.Training training) {
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
