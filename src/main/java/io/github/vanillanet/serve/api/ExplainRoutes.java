package io.github.vanillanet.serve.api;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.image.PngFile;
import io.github.vanillanet.serve.api.http.BodyStream;
import io.github.vanillanet.serve.api.http.HttpCall;
import io.github.vanillanet.serve.api.http.Uploads;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.EvidencePicture;
import io.github.vanillanet.serve.inference.Explanation;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/**
 * The maps behind the answer to one image. The routes are the same for the default model and for a
 * named one.
 */
public abstract class ExplainRoutes {

  private static final String PNG = "image/png";
  private static final String CLASS = "class";
  private static final String BLEND = "blend";

  private final ClassificationService service;

  private ExplainRoutes(ClassificationService service) {
    this.service = service;
  }

  @Path("/explain")
  @Tag(name = "Images")
  @Produces({MediaType.APPLICATION_JSON, PNG})
  public static final class OfDefault extends ExplainRoutes {
    OfDefault(ClassificationService service) {
      super(service);
    }
  }

  @Path("/explain/{model}")
  @Tag(name = "Images")
  @Produces({MediaType.APPLICATION_JSON, PNG})
  public static final class OfModel extends ExplainRoutes {
    OfModel(ClassificationService service) {
      super(service);
    }
  }

  @POST
  @Consumes({"image/*", MediaType.APPLICATION_OCTET_STREAM})
  @Operation(summary = "Why an image gets its answer: a map of evidence for each class")
  @RequestBody(ref = "Image")
  @APIResponse(responseCode = "200", ref = "Explained")
  public Response explain(
      @Context RoutingContext context,
      @Context HttpHeaders headers,
      @PathParam("model") String model,
      InputStream body,
      @QueryParam(CLASS) Optional<String> only,
      @Schema(ref = "Blend") @QueryParam(BLEND) @DefaultValue("0.5") String blend) {
    return answer(context, headers, model, BodyStream.bytes(body), only, blend);
  }

  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Why an image gets its answer: a map of evidence for each class")
  @RequestBody(ref = "Image")
  @APIResponse(responseCode = "200", ref = "Explained")
  public Response explainUpload(
      @Context RoutingContext context,
      @Context HttpHeaders headers,
      @PathParam("model") String model,
      @RestForm("image") List<FileUpload> images,
      @QueryParam(CLASS) Optional<String> only,
      @Schema(ref = "Blend") @QueryParam(BLEND) @DefaultValue("0.5") String blend) {
    byte[] image = Uploads.files(images, "image", 1, HttpCall.memory(context)).get(0);
    return answer(context, headers, model, image, only, blend);
  }

  private Response answer(
      RoutingContext context,
      HttpHeaders headers,
      String model,
      byte[] image,
      Optional<String> only,
      String blend) {
    double weight = blend(blend);
    boolean picture =
        headers.getAcceptableMediaTypes().stream()
            .findFirst()
            .filter(type -> type.toString().startsWith(PNG))
            .isPresent();
    Call call = HttpCall.call(context);
    return service.explained(
        call,
        Optional.ofNullable(model),
        image,
        (inference, crop) -> {
          OptionalInt label = Explanation.classOf(only, inference.labels());
          if (picture && label.isEmpty()) {
            label = OptionalInt.of(inference.top(0, 1).get(0).index());
          }
          Explanation explanation = Explanation.of(inference, 0, label, call);
          return picture
              ? Response.ok(
                      PngFile.of(EvidencePicture.draw(crop, explanation.centred(0), weight)), PNG)
                  .build()
              : Response.ok(explanation, MediaType.APPLICATION_JSON_TYPE).build();
        });
  }

  private static double blend(String text) {
    try {
      double blend = Double.parseDouble(text);
      if (blend >= 0 && blend <= 1) {
        return blend;
      }
    } catch (NumberFormatException e) {
      // rejected below, as a number outside the range is
    }
    throw INVALID_REQUEST.error("%s: expected a number from 0 to 1, got '%s'", BLEND, text);
  }
}
