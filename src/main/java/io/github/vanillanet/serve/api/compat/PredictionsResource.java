package io.github.vanillanet.serve.api.compat;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.api.call.Calls;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.Classification;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/**
 * TorchServe's inference API, as its image classifier answers. {@code curl -T} sends PUT, and no
 * content type. Its management API has a {@code GET /models} of another shape than ours: ours is
 * served.
 *
 * @see <a href="https://pytorch.org/serve/inference_api.html">the API</a>
 */
@Path("/predictions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "TorchServe")
@Blocking
public final class PredictionsResource {

  private static final String MODEL = "/{model}";
  private static final String VERSION = "/{model}/{version}";

  private final ClassificationService service;
  private final Calls calls;

  PredictionsResource(ClassificationService service, Calls calls) {
    this.service = service;
    this.calls = calls;
  }

  @POST
  @Path(MODEL)
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Classify the image in the body: label to probability, the best five")
  public Map<String, Double> predict(
      @Context RoutingContext context, @PathParam("model") String model, InputStream body) {
    return classified(calls.of(context), ModelTarget.live(model), content(body));
  }

  @PUT
  @Path(MODEL)
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "The same, for curl -T")
  public Map<String, Double> put(
      @Context RoutingContext context, @PathParam("model") String model, InputStream body) {
    return classified(calls.of(context), ModelTarget.live(model), content(body));
  }

  @POST
  @Path(MODEL)
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify the image in the field data")
  public Map<String, Double> upload(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @RestForm("data") FileUpload data) {
    return classified(calls.of(context), ModelTarget.live(model), content(data));
  }

  @POST
  @Path(VERSION)
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Classify with a version")
  public Map<String, Double> predict(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      InputStream body) {
    return classified(calls.of(context), target(model, version), content(body));
  }

  @PUT
  @Path(VERSION)
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "The same, for curl -T")
  public Map<String, Double> put(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      InputStream body) {
    return classified(calls.of(context), target(model, version), content(body));
  }

  @POST
  @Path(VERSION)
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify the image in the field data with a version")
  public Map<String, Double> upload(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      @RestForm("data") FileUpload data) {
    return classified(calls.of(context), target(model, version), content(data));
  }

  private Map<String, Double> classified(Call call, ModelTarget target, byte[] encoded) {
    Classification classification =
        service.classify(call, target, encoded, LabelledProbabilities.COUNT);
    return LabelledProbabilities.of(classification.predictions());
  }

  private static ModelTarget target(String model, String version) {
    // TorchServe writes its first version as 1.0
    OptionalInt number = ModelId.version(version.replaceFirst("\\.0$", ""));
    if (number.isEmpty()) {
      throw new ServiceException(
          ErrorCode.MODEL_NOT_FOUND,
          "there is no version '%s' of model '%s'".formatted(version, model));
    }
    return new ModelTarget(model, number);
  }

  private static byte[] content(InputStream body) {
    try {
      return body.readAllBytes(); // its length is bounded on the way here
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "the body ended early: " + e.getMessage());
    }
  }

  private static byte[] content(FileUpload upload) {
    // so a missing part arrives, and so one without a file name
    if (upload == null || upload.uploadedFile() == null) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "expected a file in the multipart field 'data', found none");
    }
    try {
      return Files.readAllBytes(upload.uploadedFile());
    } catch (IOException e) {
      throw new IllegalStateException("an upload cannot be read back", e);
    }
  }
}
