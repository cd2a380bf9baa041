package io.github.vanillanet.train.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.JobStatus;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.look.RecipeChoice;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.pipeline.JobSpec;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A training or a dry run.
 *
 * @param kind {@code training} or {@code dry_run}
 * @param cancelling whether it was cancelled and its process has not ended yet
 * @param request as the client sent it
 * @param recipe the request with every member decided; absent for jobs of earlier versions
 * @param reasons why a chosen member of the recipe has its value, once that is decided
 * @param uploaded whether its data came with the request
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record JobView(
    String id,
    String kind,
    JobState state,
    Instant created,
    Optional<Instant> started,
    Optional<Instant> finished,
    int attempts,
    boolean cancelling,
    OptionalInt exitCode,
    Optional<String> reason,
    @Schema(ref = "TrainingRequest") JsonNode request,
    @Schema(implementation = Recipe.class) Optional<JsonNode> recipe,
    Optional<Map<String, String>> reasons,
    boolean uploaded,
    Optional<Progress> progress,
    Optional<Outcome> outcome) {

  /**
   * @param folder contains the recipe that the job's process has decided on, if there is one yet
   */
  static JobView of(Job job, JobFolder folder) {
    Optional<RecipeChoice> choice = folder.results().readRecipe(RecipeChoice.class);
    JobStatus status = job.status();
    return new JobView(
        job.id(),
        JobSpec.isDryRun(job.spec()) ? "dry_run" : "training",
        status.state(),
        status.created(),
        status.started(),
        status.finished(),
        status.attempts(),
        status.cancelRequested() && !status.state().ended(),
        status.exitCode(),
        status.reason(),
        job.spec().path("request"),
        choice
            .<JsonNode>map(it -> it.recipe().toJson())
            .or(() -> Optional.ofNullable(job.spec().get("recipe"))),
        choice.map(RecipeChoice::reasons),
        job.spec().has("archive"),
        job.progress(),
        job.outcome());
  }
}
