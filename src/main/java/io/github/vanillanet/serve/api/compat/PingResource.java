package io.github.vanillanet.serve.api.compat;

import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** TorchServe's health check. */
@Path("/ping")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "TorchServe")
public final class PingResource {

  private final SmallRyeHealthReporter health;

  PingResource(SmallRyeHealthReporter health) {
    this.health = health;
  }

  /**
   * @param status Healthy or Unhealthy
   */
  @Schema
  public record Ping(String status) {}

  @GET
  @Operation(summary = "Whether the service accepts requests")
  @APIResponse(responseCode = "200", ref = "PingHealthy")
  @APIResponse(responseCode = "503", ref = "PingUnhealthy")
  @NonBlocking
  public Uni<Response> ping() {
    return health
        .getReadinessAsync()
        .map(
            now ->
                now.isDown()
                    ? Response.status(503).entity(new Ping("Unhealthy")).build()
                    : Response.ok(new Ping("Healthy")).build());
  }
}
