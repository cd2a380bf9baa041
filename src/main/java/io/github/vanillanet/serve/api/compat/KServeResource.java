package io.github.vanillanet.serve.api.compat;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.http.HttpCall;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.Inference;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private final ClassificationService service;
  private final ModelRegistry registry;
  private final ModelSelection selection;
  private final InstancesReader reader;

  KServeResource(
      ClassificationService service,
      ModelRegistry registry,
      ModelSelection selection,
      ServingConfig config) {
    this.service = service;
    this.registry = registry;
    this.selection = selection;
    this.reader = new InstancesReader(config.queueCapacity(), config.maxImageBody().asLongValue());
  }

  public record Models(List<String> models) {}

  /** The readiness of a model: a model in service is ready unless its lane has failed. */
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
  public Predictions predict(
      @Context RoutingContext context, @PathParam("model") String model, InputStream body) {
    return service.images(
        HttpCall.call(context),
        Optional.of(model),
        reader.read(body, HttpCall.memory(context)),
        KServeResource::predictions);
  }

  private static Predictions predictions(Inference inference) {
    List<Map<String, ?>> predictions = new ArrayList<>();
    for (int sample = 0; sample < inference.samples(); sample++) {
      Optional<ServiceException> failure = inference.rejection(sample);
      predictions.add(
          failure.isPresent()
              ? Map.of("error", failure.get().getMessage())
              : LabelledProbabilities.of(inference.top(sample, LabelledProbabilities.COUNT)));
    }
    return new Predictions(predictions);
  }
}
