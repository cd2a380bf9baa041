package io.github.vanillanet.train.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.train.jobs.DataRoot;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.JobStore;
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

/** Turns a client's request into a job: checks it, and adds what the service decides. */
@Singleton
final class TrainingIntake {

  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private final ServingConfig config;
  private final DataRoot root;
  private final JobRunner jobs;
  private final TrainingMeters meters;

  TrainingIntake(ServingConfig config, JobRunner jobs, TrainingMeters meters) {
    this.meters = meters;
    this.config = config;
    this.root = new DataRoot(config.training().dataRoot());
    this.jobs = jobs;
  }

  /** Data below the configured root. */
  Job submit(JsonNode body) {
    Recipe recipe = Recipe.of(body);
    String data =
        recipe
            .data()
            .orElseThrow(
                () ->
                    new ServiceException(
                        ErrorCode.INVALID_REQUEST,
                        "data: expected a folder below the data root, or a zip in the multipart"
                            + " field 'data'"));
    Path folder = root.resolve("data", data);
    if (!Files.isDirectory(folder)) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "data: expected a folder, '%s' is a file".formatted(data));
    }
    return jobs.submit(
        spec(recipe, Optional.of(folder.toString()), Optional.empty()).toJson(body),
        JobStore.Attachment.none());
  }

  /**
   * Data in an archive, which is moved away.
   *
   * @param archive of an image folder; only its first bytes are looked at here: the training's own
   *     process unpacks it
   */
  Job submit(JsonNode body, Path archive) {
    Recipe recipe = Recipe.of(body);
    if (recipe.data().isPresent()) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "data: expected a path or an upload, found both");
    }
    long bytes = requireZip(archive);
    Job job =
        jobs.submit(
            spec(recipe, Optional.empty(), Optional.of(JobSpec.ARCHIVE)).toJson(body),
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

  /** A Job has a device of its own, whatever this service computes on. */
  private String device(ServingConfig.Training training) {
    return switch (training.executor()) {
      case PROCESS -> config.device();
      case KUBERNETES -> training.kubernetes().gpuCount() > 0 ? "cuda:0" : "cpu";
    };
  }

  private long requireZip(Path archive) {
    try (InputStream bytes = Files.newInputStream(archive)) {
      if (Files.size(archive) > config.training().maxUpload().asLongValue()) {
        throw new ServiceException(
            ErrorCode.TOO_LARGE,
            "data: expected at most %d bytes, found %d"
                .formatted(config.training().maxUpload().asLongValue(), Files.size(archive)));
      }
      if (!Arrays.equals(bytes.readNBytes(ZIP.length), ZIP)) {
        throw new ServiceException(
            ErrorCode.INVALID_REQUEST,
            "data: expected a zip of an image folder, found something else");
      }
      return Files.size(archive);
    } catch (IOException e) {
      throw new IllegalStateException("an upload cannot be read back", e);
    }
  }
}
