package io.github.vanillanet.train.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobState;
import io.github.vanillanet.train.jobs.JobStatus;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.pipeline.JobSpec;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A training or a dry run.
 *
 * @param kind {@code training} or {@code dry_run}
 * @param cancelling whether it was cancelled and its process has not ended yet
 * @param request as the client sent it
 * @param recipe the request, completed from the preset; absent for jobs of earlier versions
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
    @Schema(implementation = Recipe.class) JsonNode request,
    @Schema(implementation = Recipe.class) Optional<JsonNode> recipe,
    boolean uploaded,
    Optional<Progress> progress,
    Optional<Outcome> outcome) {

  static JobView of(Job job) {
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
        Optional.ofNullable(job.spec().get("recipe")),
        job.spec().has("archive"),
        job.progress(),
        job.outcome());
  }
}
