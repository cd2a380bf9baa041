package io.github.vanillanet.rest;

import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.rest.call.Calls;
import io.github.vanillanet.serving.Classification;
import io.github.vanillanet.serving.ClassificationService;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
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

  ClassifyResource(ClassificationService service, Calls calls) {
    this.service = service;
    this.calls = calls;
  }

  @POST
  @Consumes({"image/*", MediaType.APPLICATION_OCTET_STREAM})
  @Operation(summary = "Classify the image in the body with the default model")
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
  public Classification classify(
      @Context RoutingContext context,
      @PathParam("model") String model,
      InputStream body,
      @QueryParam(TOP_K) @DefaultValue(DEFAULT_TOP_K) String topK) {
    return service.classify(calls.of(context), Optional.of(model), content(body), number(topK));
  }

  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify the uploaded image with the default model")
  public Classification classifyUpload(
      @Context RoutingContext context,
      @RestForm("image") FileUpload image,
      @QueryParam(TOP_K) @DefaultValue(DEFAULT_TOP_K) String topK) {
    return service.classify(calls.of(context), Optional.empty(), content(image), number(topK));
  }

  @POST
  @Path("/{model}")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Classify the uploaded image")
  public Classification classifyUpload(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @RestForm("image") FileUpload image,
      @QueryParam(TOP_K) @DefaultValue(DEFAULT_TOP_K) String topK) {
    return service.classify(calls.of(context), Optional.of(model), content(image), number(topK));
  }

  private static int number(String topK) {
    try {
      return Integer.parseInt(topK);
    } catch (NumberFormatException e) {
      throw new ServiceException.InvalidRequest(
          "top_k: expected a whole number, found '%s'".formatted(topK));
    }
  }

  private static byte[] content(InputStream body) {
    try {
      return body.readAllBytes(); // its length is bounded on the way here
    } catch (IOException e) {
      throw new ServiceException.InvalidRequest("the body ended early: " + e.getMessage());
    }
  }

  private static byte[] content(FileUpload upload) {
    if (upload == null) { // this is how a missing part arrives
      throw new ServiceException.InvalidRequest(
          "expected a file in the multipart field 'image', found none");
    }
    try {
      return Files.readAllBytes(upload.uploadedFile());
    } catch (IOException e) {
      throw new IllegalStateException("an upload cannot be read back", e);
    }
  }
}
