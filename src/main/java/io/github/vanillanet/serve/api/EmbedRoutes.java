package io.github.vanillanet.serve.api;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.files.NumpyFile;
import io.github.vanillanet.serve.api.http.BodyStream;
import io.github.vanillanet.serve.api.http.HttpCall;
import io.github.vanillanet.serve.api.http.Uploads;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.Inference;
import io.github.vanillanet.serve.inference.ModelTarget;
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
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/**
 * Features of images: the vector before the classifier, to search and to compare images. The routes
 * are the same for the default model and for a named one.
 */
public abstract class EmbedRoutes {

  private static final String ENCODING = "encoding";

  private final ClassificationService service;
  private final int maxImages;

  private EmbedRoutes(ClassificationService service, ServingConfig config) {
    this.service = service;
    this.maxImages = config.queueCapacity();
  }

  @Path("/embed")
  @Tag(name = "Images")
  @Produces(MediaType.APPLICATION_JSON)
  public static final class OfDefault extends EmbedRoutes {
    OfDefault(ClassificationService service, ServingConfig config) {
      super(service, config);
    }
  }

  @Path("/embed/{model}")
  @Tag(name = "Images")
  @Produces(MediaType.APPLICATION_JSON)
  public static final class OfModel extends EmbedRoutes {
    OfModel(ClassificationService service, ServingConfig config) {
      super(service, config);
    }
  }

  /** The form of the vectors in the answer. */
  private enum Encoding {
    JSON,
    BASE64,
    NPY;

    static Encoding of(String text) {
      for (Encoding encoding : values()) {
        if (encoding.name().equalsIgnoreCase(text)) {
          return encoding;
        }
      }
      throw INVALID_REQUEST.error("%s: expected json, base64 or npy, got '%s'", ENCODING, text);
    }
  }

  /**
   * The features of the images of a request, in their order.
   *
   * @param dimensions of each vector
   */
  @Schema
  public record Embeddings(
      String model, int version, boolean trained, int dimensions, List<Embedding> results) {}

  /**
   * The features of one image, in one of two forms.
   *
   * @param index of the image in the request, from 0
   * @param features as numbers
   * @param base64 as the bytes of float32, little-endian
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Embedding(int index, Optional<float[]> features, Optional<String> base64) {}

  @POST
  @Consumes({"image/*", MediaType.APPLICATION_OCTET_STREAM})
  @Operation(summary = "Features of one image, or of several; without a name, of the default model")
  @RequestBody(ref = "Images")
  @APIResponse(responseCode = "200", ref = "Embedded")
  public Response embed(
      @Context RoutingContext context,
      @PathParam("model") String model,
      InputStream body,
      @Parameter(schema = @Schema(enumeration = {"json", "base64", "npy"}))
          @QueryParam(ENCODING)
          @DefaultValue("json")
          String encoding) {
    return answer(context, model, List.of(BodyStream.bytes(body)), Encoding.of(encoding));
  }

  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  @Operation(summary = "Features of one image, or of several; without a name, of the default model")
  @RequestBody(ref = "Images")
  @APIResponse(responseCode = "200", ref = "Embedded")
  public Response embedUpload(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @RestForm("image") List<FileUpload> images,
      @Parameter(schema = @Schema(enumeration = {"json", "base64", "npy"}))
          @QueryParam(ENCODING)
          @DefaultValue("json")
          String encoding) {
    Encoding form = Encoding.of(encoding);
    List<byte[]> files = Uploads.files(images, "image", maxImages, HttpCall.memory(context));
    return answer(context, model, files, form);
  }

  private Response answer(
      RoutingContext context, String model, List<byte[]> images, Encoding encoding) {
    Call call = HttpCall.call(context);
    call.requestMaps();
    return service.images(
        call,
        ModelTarget.of(Optional.ofNullable(model)),
        images,
        false,
        inference -> encoding == Encoding.NPY ? numpy(inference) : json(inference, encoding));
  }

  private static Response json(Inference inference, Encoding encoding) {
    List<Embedding> results = new ArrayList<>();
    int dimensions = 0;
    for (int sample = 0; sample < inference.samples(); sample++) {
      float[] features = inference.maps().orElseThrow().features(sample);
      dimensions = features.length;
      results.add(
          encoding == Encoding.JSON
              ? new Embedding(sample, Optional.of(features), Optional.empty())
              : new Embedding(sample, Optional.empty(), Optional.of(base64(features))));
    }
    return Response.ok(
            new Embeddings(
                inference.model(), inference.version(), inference.trained(), dimensions, results),
            MediaType.APPLICATION_JSON_TYPE)
        .build();
  }

  private static String base64(float[] features) {
    ByteBuffer bytes =
        ByteBuffer.allocate(features.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(features);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static Response numpy(Inference inference) {
    List<float[]> rows = new ArrayList<>();
    for (int sample = 0; sample < inference.samples(); sample++) {
      rows.add(inference.maps().orElseThrow().features(sample));
    }
    return Response.ok(NumpyFile.of(rows), NumpyFile.MEDIA_TYPE).build();
  }
}
