package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What stands in {@code spec.json}: the request, and what the service adds from its own settings so
 * that the job's process needs none of them. Paths are absolute and checked.
 *
 * @param request as it came
 * @param data image folder; absent with an archive
 * @param archive uploaded zip of an image folder: a name in the job's own folder
 * @param archiveFiles the archive may hold
 * @param archiveBytes the archive may unpack to
 * @param checkpoint file to fine-tune from
 * @param repository of the models, to read the live version and to publish
 * @param device as {@code vanillanet.device}
 * @param threads of the computation; else one for each processor
 * @param checkpointSeconds between two checkpoints within an epoch
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobSpec(
    TrainingRequest request,
    Optional<String> data,
    Optional<String> archive,
    int archiveFiles,
    long archiveBytes,
    Optional<String> checkpoint,
    String repository,
    String device,
    OptionalInt threads,
    long checkpointSeconds) {

  public static final String ARCHIVE = "data.zip";

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if {@code spec} is something else
   */
  public static JobSpec of(JsonNode spec) {
    return new JobJson().strict(spec, JobSpec.class, "spec.json");
  }

  public JsonNode toJson() {
    return new JobJson().tree(this);
  }

  /** The uploaded archive of the job in {@code folder}. */
  public Optional<Path> archiveIn(JobFolder folder) {
    return archive.map(folder.path()::resolve);
  }
}
