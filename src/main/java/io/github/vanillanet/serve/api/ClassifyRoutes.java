package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.serve.api.http.BodyStream;
import io.github.vanillanet.serve.api.http.HttpCall;
import io.github.vanillanet.serve.api.http.Uploads;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.Classification;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
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
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/**
 * Classifies images. The routes are the same for the default model and for a named one. In all of
 * them {@code model} is null in paths without a name.
 */
public abstract class ClassifyRoutes {

  private final ClassificationService service;
  private final int maxImages;

  private ClassifyRoutes(ClassificationService service, ServingConfig config) {
    this.service = service;
    this.maxImages = config.queueCapacity();
  }

  @Path("/classify")
  @Tag(name = "Images")
  @Produces(MediaType.APPLICATION_JSON)
  public static final class OfDefault extends ClassifyRoutes {
    OfDefault(ClassificationService service, ServingConfig config) {
      super(service, config);
    }
  }

  @Path("/classify/{model}")
  @Tag(name = "Images")
  @Produces(MediaType.APPLICATION_JSON)
  public static final class OfModel extends ClassifyRoutes {
    OfModel(ClassificationService service, ServingConfig config) {
      super(service, config);
    }
  }

  @POST
  @Consumes({"image/*", MediaType.APPLICATION_OCTET_STREAM})
  @Operation(summary = "Classify one image, or several; without a name, with the default model")
  @RequestBody(ref = "Images")
  @APIResponse(responseCode = "200", ref = "Classified")
  public Classification classify(
      @Context RoutingContext context, @PathParam("model") String model, InputStream body) {
    Call call = HttpCall.call(context);
    return service.images(
        call,
        Optional.ofNullable(model),
        List.of(BodyStream.bytes(body)),
        inference -> inference.classification(call));
  }

  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify one image, or several; without a name, with the default model")
  @RequestBody(ref = "Images")
  @APIResponse(responseCode = "200", ref = "Classified")
  public Object classifyUpload(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @RestForm("image") List<FileUpload> images) {
    Call call = HttpCall.call(context);
    List<byte[]> encoded = Uploads.files(images, "image", maxImages, HttpCall.memory(context));
    return service.<Object>images(
        call,
        Optional.ofNullable(model),
        encoded,
        inference ->
            encoded.size() == 1 ? inference.classification(call) : BatchView.of(inference, call));
  }
}
