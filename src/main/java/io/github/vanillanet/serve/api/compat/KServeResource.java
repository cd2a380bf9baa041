package io.github.vanillanet.serve.api.compat;

import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * KServe's protocol V1, which is also TensorFlow Serving's: images in base64, one prediction for
 * each.
 *
 * @see <a href="https://kserve.github.io/website/latest/modelserving/data_plane/v1_protocol/">the
 *     protocol</a>
 */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "KServe v1")
public final class KServeResource {

  private final JsonImages images;
  private final ModelRegistry registry;
  private final ModelSelection selection;

  KServeResource(JsonImages images, ModelRegistry registry, ModelSelection selection) {
    this.images = images;
    this.registry = registry;
    this.selection = selection;
  }

  public record Models(List<String> models) {}

  /** The readiness of a model: a model in service is ready unless its lane has failed. */
  public record ModelStatus(String name, boolean ready) {}

  @GET
  @Operation(summary = "Names of all models")
  public Models models() {
    return new Models(registry.names());
  }

  @GET
  @Path("/{model}")
  @Operation(summary = "Whether a model is ready")
  public ModelStatus model(@PathParam("model") String model) {
    try (Lease lease = selection.lease(ModelTarget.of(Optional.of(model)))) {
      lease.model().requireHealthy();
      return new ModelStatus(lease.model().id().name(), true);
    }
  }

  @POST
  @Path("/{model: [^/:]+}:predict")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Classify images in base64: the five best labels and their probabilities")
  @RequestBody(ref = "Predict")
  public JsonImages.Predictions predict(
      @Context RoutingContext context, @PathParam("model") String model, InputStream body) {
    return images.predictions(context, ModelTarget.of(Optional.of(model)), body);
  }

  @POST
  @Path("/{model}/versions/{version: [^/:]+}:predict")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "The same with a version, which must be in service")
  @RequestBody(ref = "Predict")
  public JsonImages.Predictions predictVersion(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      InputStream body) {
    return images.predictions(context, ModelTarget.of(model, Optional.of(version)), body);
  }

  @POST
  @Path("/{model: [^/:]+}:explain")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Why images in base64 get their answers: maps of evidence for five classes")
  @RequestBody(ref = "Predict")
  public JsonImages.Explanations explain(
      @Context RoutingContext context, @PathParam("model") String model, InputStream body) {
    return images.explanations(context, ModelTarget.of(Optional.of(model)), body);
  }
}
