package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.serve.registry.ModelRegistry;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Statistics of all models in the Open Inference Protocol. */
@Path("/v2/models/stats")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Open Inference Protocol")
public final class StatisticsResource {

  private final ModelRegistry registry;

  StatisticsResource(ModelRegistry registry) {
    this.registry = registry;
  }

  @GET
  @Operation(summary = "Counters of all models since they were loaded")
  public StatisticsView statistics() {
    return new StatisticsView(
        registry.names().stream()
            .flatMap(name -> registry.current(name).stream())
            .map(model -> StatisticsView.of(model.id().name(), model))
            .toList());
  }
}
