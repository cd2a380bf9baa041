package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Models of the Open Inference Protocol: what they take, whether they are ready, their counters.
 */
@Path("/v2/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Open Inference Protocol")
public final class ModelResource {

  private static final String MODEL = "/{model}";
  private static final String VERSION = "/{model}/versions/{version}";

  private final ModelRegistry registry;
  private final ModelSelection selection;
  private final ServingConfig config;

  ModelResource(ModelRegistry registry, ModelSelection selection, ServingConfig config) {
    this.registry = registry;
    this.selection = selection;
    this.config = config;
  }

  /** Whether a model is ready. */
  public record ModelReady(String name, boolean ready) {

    static ModelReady of(View view, ServedModel served) {
      served.requireHealthy();
      return new ModelReady(view.name(), true);
    }
  }

  @GET
  @Path(MODEL)
  @Operation(summary = "Inputs and outputs of a model, or of its view NAME-image")
  public ModelMetadata metadata(@PathParam("model") String model) {
    return of(model, OptionalInt.empty(), ModelMetadata::of);
  }

  @GET
  @Path(VERSION)
  @Operation(summary = "Inputs and outputs of a version")
  public ModelMetadata metadata(
      @PathParam("model") String model, @PathParam("version") String version) {
    return of(model, Versions.parse(model, version), ModelMetadata::of);
  }

  @GET
  @Path(MODEL + "/ready")
  @Operation(summary = "Whether a model is ready")
  @APIResponse(
      responseCode = "200",
      description = "It is ready",
      content = @Content(schema = @Schema(implementation = ModelReady.class)))
  @APIResponse(
      responseCode = "503",
      description = "It may still be loading, or is out of service",
      content = @Content(schema = @Schema(implementation = ModelReady.class)))
  public Response ready(@PathParam("model") String model) {
    return ready(model, OptionalInt.empty());
  }

  @GET
  @Path(VERSION + "/ready")
  @Operation(summary = "Whether a version is ready")
  @APIResponse(
      responseCode = "200",
      description = "It is ready",
      content = @Content(schema = @Schema(implementation = ModelReady.class)))
  @APIResponse(
      responseCode = "503",
      description = "It may still be loading, or is out of service",
      content = @Content(schema = @Schema(implementation = ModelReady.class)))
  public Response ready(@PathParam("model") String model, @PathParam("version") String version) {
    return ready(model, Versions.parse(model, version));
  }

  private Response ready(String model, OptionalInt version) {
    try {
      return Response.ok(of(model, version, ModelReady::of)).build();
    } catch (ServiceException e) {
      e.rethrowUnless(ErrorCode.NOT_READY);
      return Response.status(503).entity(new ModelReady(model, false)).build();
    }
  }

  @GET
  @Path(MODEL + "/config")
  @Operation(summary = "A model as Triton's configuration describes it")
  public ModelConfiguration config(@PathParam("model") String model) {
    return of(model, OptionalInt.empty(), this::configuration);
  }

  @GET
  @Path(VERSION + "/config")
  @Operation(summary = "A version as Triton's configuration describes it")
  public ModelConfiguration config(
      @PathParam("model") String model, @PathParam("version") String version) {
    return of(model, Versions.parse(model, version), this::configuration);
  }

  private ModelConfiguration configuration(View view, ServedModel served) {
    Architecture net = served.manifest().architecture();
    int sample = InputKind.NORMALISED.sampleBytes(net.inputHeight(), net.inputWidth());
    long fitting = Math.max(1, config.maxTensorBody().asLongValue() / sample);
    return ModelConfiguration.of(view, served, (int) Math.min(config.queueCapacity(), fitting));
  }

  @GET
  @Path("/stats")
  @Operation(summary = "What all models have done since they were loaded")
  public StatisticsView statistics() {
    return new StatisticsView(
        registry.names().stream()
            .flatMap(name -> registry.lease(name).stream())
            .map(
                lease -> {
                  try (lease) {
                    return StatisticsView.of(lease.model().id().name(), lease.model());
                  }
                })
            .toList());
  }

  @GET
  @Path(MODEL + "/stats")
  @Operation(summary = "What a model has done since it was loaded")
  public StatisticsView statistics(@PathParam("model") String model) {
    return of(model, OptionalInt.empty(), ModelResource::statistics);
  }

  @GET
  @Path(VERSION + "/stats")
  @Operation(summary = "What a version has done since it was loaded")
  public StatisticsView statistics(
      @PathParam("model") String model, @PathParam("version") String version) {
    return of(model, Versions.parse(model, version), ModelResource::statistics);
  }

  private static StatisticsView statistics(View view, ServedModel served) {
    return new StatisticsView(List.of(StatisticsView.of(view.name(), served)));
  }

  private <T> T of(String name, OptionalInt version, BiFunction<View, ServedModel, T> shown) {
    View view = View.of(name, registry.names());
    try (Lease lease = selection.lease(new ModelTarget(view.model(), version))) {
      return shown.apply(view, lease.model());
    }
  }
}
