package io.github.vanillanet.serve.api.compat;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.serve.api.http.BodyStream;
import io.github.vanillanet.serve.api.http.HttpCall;
import io.github.vanillanet.serve.api.http.Uploads;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
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

  private final JsonImages images;

  private PredictionRoutes(JsonImages images) {
    this.images = images;
  }

  @Path("/predictions/{model}")
  @Produces(MediaType.APPLICATION_JSON)
  @Tag(name = "TorchServe")
  public static final class OfModel extends PredictionRoutes {
    OfModel(JsonImages images) {
      super(images);
    }
  }

  /** A version, if it is in service. TorchServe writes its first version {@code 1.0}. */
  @Path("/predictions/{model}/{version}")
  @Produces(MediaType.APPLICATION_JSON)
  @Tag(name = "TorchServe")
  public static final class OfVersion extends PredictionRoutes {
    OfVersion(JsonImages images) {
      super(images);
    }
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Classify an image, an image in base64, or images in JSON: the five best labels")
  @RequestBody(ref = "ImageField")
  @APIResponse(responseCode = "200", ref = "BestLabels")
  public Object predict(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      InputStream body) {
    return images.classify(context, target(model, version), BodyStream.bytes(body));
  }

  @PUT
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "The same, for curl -T")
  @RequestBody(ref = "EncodedImage")
  @APIResponse(responseCode = "200", ref = "BestLabels")
  public Object put(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      InputStream body) {
    return images.classify(context, target(model, version), BodyStream.bytes(body));
  }

  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify the image in the field data or body")
  @RequestBody(ref = "ImageField")
  @APIResponse(responseCode = "200", ref = "BestLabels")
  public Map<String, Double> upload(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      @RestForm("data") List<FileUpload> data,
      @RestForm("body") List<FileUpload> body) {
    List<FileUpload> files = new ArrayList<>(data == null ? List.of() : data);
    files.addAll(body == null ? List.of() : body);
    if (files.size() > 1) {
      throw INVALID_REQUEST.error(
          "expected one image in the field 'data' or 'body', got %d files", files.size());
    }
    List<byte[]> image = Uploads.files(files, "data", 1, HttpCall.memory(context));
    return images.bestLabels(context, target(model, version), image.get(0));
  }

  private static ModelTarget target(String model, String version) {
    Optional<String> number =
        Optional.ofNullable(version).map(text -> text.replaceFirst("\\.0$", ""));
    return ModelTarget.of(model, number);
  }
}
