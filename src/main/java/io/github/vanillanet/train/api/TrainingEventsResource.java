package io.github.vanillanet.train.api;

import io.github.vanillanet.base.config.AdminRole;
import io.github.vanillanet.train.jobs.JobFeed;
import io.github.vanillanet.train.jobs.JobRunner;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/**
 * A training's progress as it happens: events {@code progress}, at last one {@code end} with the
 * training. The file is read again only when the client has taken what was read before, so a slow
 * client costs nothing and misses the oldest.
 */
@Path("/admin/trainings/{id}/events")
@RolesAllowed(AdminRole.NAME)
@Blocking
public final class TrainingEventsResource {

  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private final JobRunner jobs;

  TrainingEventsResource(JobRunner jobs) {
    this.jobs = jobs;
  }

  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(summary = "A training's progress as server-sent events, until it ends")
  @APIResponse(
      responseCode = "200",
      description = "Events progress, at last one end with the training",
      content =
          @Content(
              mediaType = MediaType.SERVER_SENT_EVENTS,
              schema = @Schema(type = SchemaType.STRING)))
  public Multi<OutboundSseEvent> events(@PathParam("id") String id, @Context Sse sse) {
    JobFeed feed = new JobFeed(jobs, id);
    return Multi.createBy()
        .repeating()
        .uni(
            () ->
                Uni.createFrom()
                    .item(feed::next)
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
        .withDelay(LOOK_AGAIN)
        .whilst(news -> !news.last())
        .onItem()
        .transformToMultiAndConcatenate(news -> Multi.createFrom().iterable(events(news, sse)));
  }

  private static List<OutboundSseEvent> events(JobFeed.News news, Sse sse) {
    List<OutboundSseEvent> events = new ArrayList<>();
    news.progress().forEach(progress -> events.add(event(sse, "progress", progress)));
    if (news.last()) {
      events.add(event(sse, "end", JobView.of(news.job())));
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
