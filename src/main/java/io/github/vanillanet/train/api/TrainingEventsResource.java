package io.github.vanillanet.train.api;

import io.github.vanillanet.base.config.AdminRole;
import io.github.vanillanet.train.jobs.Job;
import io.github.vanillanet.train.jobs.JobRunner;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.jobs.ProgressFile;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The progress of a training as server-sent events: {@code progress} events, then one {@code end}
 * event with the training. The file is read only after the client has taken the previous events, so
 * a slow client costs no memory and misses the oldest events. A stream ends without {@code end}
 * when the service stops, because the service waits for open streams; the client connects again.
 */
@Path("/admin/trainings/{id}/events")
@Tag(name = "Trainings")
@RolesAllowed(AdminRole.NAME)
@Blocking
public final class TrainingEventsResource {

  private static final String EXAMPLE =
      """
      event: progress
      data: {"time":"2026-11-22T05:21:07.114Z","phase":"train","epoch":3,"epochs":30}

      """;

  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

  private final JobRunner jobs;
  private final Stop stop;

  TrainingEventsResource(JobRunner jobs, Stop stop) {
    this.jobs = jobs;
    this.stop = stop;
  }

  /** Returns whether the service rejects requests because it stops, so that its streams end. */
  public interface Stop extends BooleanSupplier {}

  /**
   * @param job state before {@code progress} was read; if it had ended, no more progress follows
   */
  private record News(Job job, List<Progress> progress) {}

  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(summary = "The progress of a training as server-sent events, until it ends")
  @APIResponse(
      responseCode = "200",
      description = "Events named progress, then one named end with the training",
      content =
          @Content(
              mediaType = MediaType.SERVER_SENT_EVENTS,
              schema = @Schema(type = SchemaType.STRING),
              example = EXAMPLE))
  public Multi<OutboundSseEvent> events(@PathParam("id") String id, @Context Sse sse) {
    ProgressFile.Tail tail = jobs.folder(id).progress().tail();
    return Multi.createBy()
        .repeating()
        .uni(
            () ->
                Uni.createFrom()
                    .item(() -> new News(jobs.find(id), tail.next()))
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
        .withDelay(POLL_INTERVAL)
        .whilst(news -> !news.job().state().ended() && !stop.getAsBoolean())
        .onItem()
        .transformToMultiAndConcatenate(news -> Multi.createFrom().iterable(events(news, sse)));
  }

  private List<OutboundSseEvent> events(News news, Sse sse) {
    List<OutboundSseEvent> events = new ArrayList<>();
    news.progress().forEach(progress -> events.add(event(sse, "progress", progress)));
    if (news.job().state().ended()) {
      events.add(event(sse, "end", JobView.of(news.job(), jobs.folder(news.job().id()))));
    }
    return events;
  }

  private static OutboundSseEvent event(Sse sse, String name, Object data) {
    return sse.newEventBuilder()
        .name(name)
        .mediaType(MediaType.APPLICATION_JSON_TYPE)
        .data(data)
        .build();
  }
}
