package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.call.Calls;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.Classification;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** An image in, labels out. */
@Path("/classify")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public final class ClassifyResource {

  private static final String TOP_K = "top_k";
  private static final String DEFAULT_TOP_K = "5";

  private final ClassificationService service;
  private final Calls calls;
  private final int mostImages;

  ClassifyResource(ClassificationService service, Calls calls, ServingConfig config) {
    this.service = service;
    this.calls = calls;
    this.mostImages = config.queueCapacity();
  }

  @POST
  @Consumes({"image/*", MediaType.APPLICATION_OCTET_STREAM})
  @Operation(summary = "Classify the image in the body with the default model")
  @APIResponse(responseCode = "200", ref = "Classified")
  public Classification classify(
      @Context RoutingContext context,
      InputStream body,
      @QueryParam(TOP_K) @DefaultValue(DEFAULT_TOP_K) String topK) {
    return service.classify(calls.of(context), Optional.empty(), content(body), number(topK));
  }

  @POST
  @Path("/{model}")
  @Consumes({"image/*", MediaType.APPLICATION_OCTET_STREAM})
  @Operation(summary = "Classify the image in the body")
  @APIResponse(responseCode = "200", ref = "Classified")
  public Classification classify(
      @Context RoutingContext context,
      @PathParam("model") String model,
      InputStream body,
      @QueryParam(TOP_K) @DefaultValue(DEFAULT_TOP_K) String topK) {
    return service.classify(calls.of(context), Optional.of(model), content(body), number(topK));
  }

  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify the uploaded image, or several, with the default model")
  @APIResponse(responseCode = "200", ref = "Classified")
  public Object classifyUpload(
      @Context RoutingContext context,
      @RestForm("image") List<FileUpload> images,
      @QueryParam(TOP_K) @DefaultValue(DEFAULT_TOP_K) String topK) {
    return uploaded(calls.of(context), Optional.empty(), images, number(topK));
  }

  @POST
  @Path("/{model}")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify the uploaded image, or several")
  @APIResponse(responseCode = "200", ref = "Classified")
  public Object classifyUpload(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @RestForm("image") List<FileUpload> images,
      @QueryParam(TOP_K) @DefaultValue(DEFAULT_TOP_K) String topK) {
    return uploaded(calls.of(context), Optional.of(model), images, number(topK));
  }

  private Object uploaded(Call call, Optional<String> model, List<FileUpload> images, int topK) {
    if (images == null || images.isEmpty()) { // null is how a missing part arrives
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "expected a file in the multipart field 'image', found none");
    }
    if (images.size() > mostImages) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE,
          "expected at most %d images at once, found %d".formatted(mostImages, images.size()));
    }
    List<byte[]> encoded = images.stream().map(ClassifyResource::content).toList();
    return encoded.size() == 1
        ? service.classify(call, model, encoded.get(0), topK)
        : BatchView.of(service.classifyEach(call, model, encoded, topK));
  }

  private static int number(String topK) {
    try {
      return Integer.parseInt(topK);
    } catch (NumberFormatException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "top_k: expected a whole number, found '%s'".formatted(topK));
    }
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
    if (upload.uploadedFile() == null) { // this is how a part without a file name arrives
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "expected a file name with each multipart field 'image', found one without");
    }
    try {
      return Files.readAllBytes(upload.uploadedFile());
    } catch (IOException e) {
      throw new IllegalStateException("an upload cannot be read back", e);
    }
  }
}
