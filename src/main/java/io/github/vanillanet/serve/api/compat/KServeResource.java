package io.github.vanillanet.serve.api.compat;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.api.call.Calls;
import io.github.vanillanet.serve.inference.ClassificationBatch;
import io.github.vanillanet.serve.inference.ClassificationBatch.Outcome.Classified;
import io.github.vanillanet.serve.inference.ClassificationBatch.Outcome.Refused;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * KServe's first protocol, which is TensorFlow Serving's: images in base64, one prediction for
 * each.
 *
 * @see <a href="https://kserve.github.io/website/latest/modelserving/data_plane/v1_protocol/">the
 *     protocol</a>
 */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "KServe v1")
@Blocking
public final class KServeResource {

  private final ClassificationService service;
  private final Calls calls;
  private final ModelRegistry registry;
  private final ModelSelection selection;
  private final InstancesReader reader;

  KServeResource(
      ClassificationService service,
      Calls calls,
      ModelRegistry registry,
      ModelSelection selection,
      ServingConfig config) {
    this.service = service;
    this.calls = calls;
    this.registry = registry;
    this.selection = selection;
    this.reader =
        new InstancesReader(
            bounded(config.maxTensorBody().asLongValue()),
            config.queueCapacity(),
            bounded(config.maxImageBody().asLongValue()));
  }

  private static int bounded(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }

  /** Names of all live models. */
  public record Models(List<String> models) {}

  /** A model that is there is ready, unless it is out of service. */
  public record ModelStatus(String name, boolean ready) {}

  /**
   * @param predictions for each image, label to probability, or {@code error}
   */
  public record Predictions(List<Map<String, ?>> predictions) {}

  @GET
  @Operation(summary = "Names of all models")
  public Models models() {
    return new Models(registry.names());
  }

  @GET
  @Path("/{model}")
  @Operation(summary = "Whether a model is ready")
  public ModelStatus model(@PathParam("model") String model) {
    try (Lease lease = selection.lease(Optional.of(model))) {
      lease.model().requireHealthy();
      return new ModelStatus(lease.model().id().name(), true);
    }
  }

  @POST
  @Path("/{model: [^/:]+}:predict")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Classify images in base64; for each label to probability, the best five")
  @RequestBody(ref = "Predict")
  public Predictions predict(
      @Context RoutingContext context, @PathParam("model") String model, InputStream body) {
    ClassificationBatch batch =
        service.classifyEach(
            calls.of(context), Optional.of(model), reader.read(body), LabelledProbabilities.COUNT);
    return new Predictions(
        batch.outcomes().stream().<Map<String, ?>>map(KServeResource::view).toList());
  }

  private static Map<String, ?> view(ClassificationBatch.Outcome outcome) {
    if (outcome instanceof Classified classified) {
      return LabelledProbabilities.of(classified.predictions());
    }
    return Map.of("error", ((Refused) outcome).reason().getMessage());
  }
}
