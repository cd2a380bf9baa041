package io.github.vanillanet.serve.api.oip;

import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The server of the Open Inference Protocol: its name, extensions, and health. */
@Path("/v2")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Open Inference Protocol")
public final class ServerResource {

  private static final String NAME = "vanillanet-serving";

  /** The extensions of Triton that the service implements. */
  private static final List<String> EXTENSIONS =
      List.of(
          "binary_tensor_data",
          "classification",
          "model_configuration",
          "model_repository",
          "schedule_policy",
          "statistics");

  private final SmallRyeHealthReporter health;
  private final String version;

  ServerResource(
      SmallRyeHealthReporter health,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.health = health;
    this.version = version;
  }

  public record ServerMetadata(String name, String version, List<String> extensions) {}

  /**
   * Both answers contain both members, because the protocol and KServe name the member for
   * readiness differently. Clients read only the status.
   */
  @Schema
  public record Health(boolean live, boolean ready, String name) {}

  @GET
  @Operation(summary = "Name, version and extensions of the server")
  public ServerMetadata metadata() {
    return new ServerMetadata(NAME, version, EXTENSIONS);
  }

  @GET
  @Path("/health/live")
  @Operation(summary = "Whether the server is alive")
  @APIResponse(responseCode = "200", ref = "Healthy")
  @APIResponse(responseCode = "503", ref = "Unhealthy")
  @NonBlocking
  public Uni<Response> live() {
    return answer(Health::live);
  }

  /** Triton answers 400 and KServe 503 if the server is not ready; Kubernetes accepts both. */
  @GET
  @Path("/health/ready")
  @Operation(summary = "Whether the models are loaded and requests are accepted")
  @APIResponse(responseCode = "200", ref = "Healthy")
  @APIResponse(responseCode = "503", ref = "Unhealthy")
  @NonBlocking
  public Uni<Response> ready() {
    return answer(Health::ready);
  }

  /** The state now, from the same checks. */
  public Uni<Health> health() {
    return Uni.combine()
        .all()
        .unis(health.getLivenessAsync(), health.getReadinessAsync())
        .with((live, ready) -> new Health(!live.isDown(), !ready.isDown(), NAME));
  }

  private Uni<Response> answer(Predicate<Health> good) {
    return health().map(now -> Response.status(good.test(now) ? 200 : 503).entity(now).build());
  }
}
