package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;
import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.loop.Recipe;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The {@code spec.json} of a training: the recipe, and the settings of the service that the job's
 * process needs. All paths are absolute and checked.
 *
 * @param data image folder; absent with an archive
 * @param archive name of the uploaded zip in the job's folder
 * @param archiveFiles most files in the archive
 * @param archiveBytes most bytes of the unpacked archive
 * @param checkpoint file to fine-tune from
 * @param repository contains the live version, and receives the new one
 * @param device has the format of {@code vanillanet.device}
 * @param threads of the computation; absent for one per processor
 * @param checkpointSeconds between two checkpoints within an epoch
 * @param dryRun whether the job only plans the training
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JobSpec(
    Recipe recipe,
    Optional<String> data,
    Optional<String> archive,
    int archiveFiles,
    long archiveBytes,
    Optional<String> checkpoint,
    String repository,
    String device,
    Optional<Integer> threads,
    long checkpointSeconds,
    boolean dryRun) {

  public static final String ARCHIVE = "data.zip";

  public JobSpec {
    recipe.requirePublishable();
  }

  private static final String RECIPE = "recipe";

  /**
   * The request as the client sent it. Jobs of earlier versions contain no other form of the
   * recipe.
   */
  private static final String REQUEST = "request";

  private static final String DRY_RUN = "dry_run";

  /**
   * @throws ServiceException {@code INVALID_REQUEST} if {@code spec} is not the specification of a
   *     training
   */
  public static JobSpec of(JsonNode spec) {
    RecordJson.requireObject(spec, "spec.json");
    ObjectNode complete = spec.deepCopy();
    JsonNode request = complete.remove(REQUEST);
    JsonNode recipe = complete.has(RECIPE) ? complete.get(RECIPE) : request;
    if (recipe == null) {
      throw INVALID_REQUEST.error("spec.json: expected a member 'recipe', found none");
    }
    complete.set(RECIPE, Recipe.of(recipe).toJson());
    if (!complete.has(DRY_RUN)) { // written by an earlier version
      complete.put(DRY_RUN, false);
    }
    return RecordJson.read(complete, JobSpec.class, "spec.json");
  }

  public ObjectNode toJson() {
    return RecordJson.tree(this);
  }

  /** The request of a specification; its recipe if the request was not stored. */
  public static JsonNode request(JsonNode spec) {
    return spec.has(REQUEST) ? spec.get(REQUEST) : spec.path(RECIPE);
  }

  public static boolean isDryRun(JsonNode spec) {
    return spec.path(DRY_RUN).asBoolean();
  }

  /** Also stores the original request, which the API shows. */
  public ObjectNode toJson(JsonNode request) {
    return toJson().set(REQUEST, request);
  }

  /**
   * Opens the folder of a job that no service created: a new one, one with the same specification,
   * to continue it, or one whose training never began, to use it for this specification.
   *
   * @param request that the recipe was completed from
   * @throws ServiceException {@code CONFLICT} if another process works on the job, or if its
   *     training has begun with another specification
   */
  public JobSession open(Path folder, JsonNode request) {
    JobSession session = JobSession.open(folder, toJson(request));
    JobFolder job = session.folder();
    JsonNode stored = job.readSpec();
    boolean sameRequest = !stored.has(REQUEST) || stored.get(REQUEST).equals(request);
    if (sameRequest && of(stored).equals(this)) {
      return session;
    }
    if (job.hasCheckpoint() || job.isManaged()) {
      session.close();
      throw CONFLICT.error(
          "%s: contains a job with another specification; choose another folder", folder);
    }
    job.restart(toJson(request));
    return session;
  }

  Optional<Path> archiveIn(JobFolder folder) {
    return archive.map(folder.path()::resolve);
  }
}
