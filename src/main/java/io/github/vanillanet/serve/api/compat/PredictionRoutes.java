package io.github.vanillanet.serve.api.compat;

import io.github.vanillanet.serve.api.http.BodyStream;
import io.github.vanillanet.serve.api.http.HttpCall;
import io.github.vanillanet.serve.api.http.Uploads;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
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
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/**
 * TorchServe's inference API, with the answers of its image classifier. {@code curl -T} sends PUT
 * without a content type. Its management API is not served: {@code GET /models} is the service's
 * own. In all routes {@code version} is null in paths without one.
 *
 * @see <a href="https://pytorch.org/serve/inference_api.html">the API</a>
 */
public abstract class PredictionRoutes {

  private final ClassificationService service;

  private PredictionRoutes(ClassificationService service) {
    this.service = service;
  }

  @Path("/predictions/{model}")
  @Produces(MediaType.APPLICATION_JSON)
  @Tag(name = "TorchServe")
  public static final class OfModel extends PredictionRoutes {
    OfModel(ClassificationService service) {
      super(service);
    }
  }

  /** A version, if it is in service. TorchServe writes its first version {@code 1.0}. */
  @Path("/predictions/{model}/{version}")
  @Produces(MediaType.APPLICATION_JSON)
  @Tag(name = "TorchServe")
  public static final class OfVersion extends PredictionRoutes {
    OfVersion(ClassificationService service) {
      super(service);
    }
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Classify the image in the body: the five best labels and probabilities")
  @APIResponse(responseCode = "200", ref = "BestLabels")
  public Map<String, Double> predict(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      InputStream body) {
    return classify(context, model, version, BodyStream.bytes(body));
  }

  @PUT
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "The same, for curl -T")
  @APIResponse(responseCode = "200", ref = "BestLabels")
  public Map<String, Double> put(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      InputStream body) {
    return classify(context, model, version, BodyStream.bytes(body));
  }

  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify the image in the field data")
  @APIResponse(responseCode = "200", ref = "BestLabels")
  public Map<String, Double> upload(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      @RestForm("data") FileUpload data) {
    return classify(context, model, version, Uploads.file(data, "data", HttpCall.memory(context)));
  }

  private Map<String, Double> classify(
      RoutingContext context, String model, String version, byte[] image) {
    Optional<String> number =
        Optional.ofNullable(version).map(text -> text.replaceFirst("\\.0$", ""));
    return service.images(
        HttpCall.call(context),
        ModelTarget.of(model, number),
        List.of(image),
        inference -> LabelledProbabilities.of(inference.top(0, LabelledProbabilities.COUNT)));
  }
}
