package io.github.vanillanet.rest.v2;

import io.github.vanillanet.config.ServingConfig;
import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.metrics.Stage;
import io.github.vanillanet.registry.ModelRegistry;
import io.github.vanillanet.rest.call.Calls;
import io.github.vanillanet.rest.v2.InferRequest.InputTensor;
import io.github.vanillanet.serving.Call;
import io.github.vanillanet.serving.ClassificationService;
import io.github.vanillanet.serving.Inference;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * Inference of the Open Inference Protocol, JSON. Each model has two views: under its own name it
 * takes normalised tensors, under {@code NAME-image} encoded pictures.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">the protocol</a>
 */
@Path("/v2/models/{model}/infer")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public final class InferResource {

  private static final String IMAGE_VIEW = "-image";

  private final ClassificationService service;
  private final Calls calls;
  private final ModelRegistry registry;
  private final InferRequestReader reader;
  private final int maxImage;

  InferResource(
      ClassificationService service, Calls calls, ModelRegistry registry, ServingConfig config) {
    this.service = service;
    this.calls = calls;
    this.registry = registry;
    long body = config.maxTensorBody().asLongValue();
    this.reader = new InferRequestReader((int) Math.min(Integer.MAX_VALUE, body));
    this.maxImage = (int) Math.min(Integer.MAX_VALUE, config.maxImageBody().asLongValue());
  }

  @POST
  @Operation(summary = "Logits of normalised tensors, or of encoded images under MODEL-image")
  public InferResponse infer(
      @Context RoutingContext context, @PathParam("model") String model, InputStream body) {
    Call call = calls.of(context);
    InferRequest request = call.clock().time(Stage.DECODE, () -> reader.read(body));
    if (request.inputs().size() != 1) {
      throw new ServiceException.InvalidRequest(
          "inputs: expected one input, found " + request.inputs().size());
    }
    for (String output : request.outputs()) {
      if (!output.equals(InferResponse.LOGITS)) {
        throw new ServiceException.InvalidRequest(
            "outputs: expected '%s', found '%s'".formatted(InferResponse.LOGITS, output));
      }
    }
    InputTensor input = request.inputs().get(0);
    boolean imageView = model.endsWith(IMAGE_VIEW) && !registry.names().contains(model);
    Inference inference = imageView ? images(call, model, input) : tensor(call, model, input);
    return InferResponse.of(model, request.id(), inference);
  }

  private Inference tensor(Call call, String model, InputTensor input) {
    requireInput(input, "input", "FP32");
    requireCount(input, input.data().strings().isEmpty() ? input.data().numberCount() : -1);
    return service.inferTensor(call, model, input.shape(), input.data().floats());
  }

  private Inference images(Call call, String view, InputTensor input) {
    requireInput(input, "image", "BYTES");
    requireCount(input, input.data().numberCount() == 0 ? input.data().strings().size() : -1);
    if (!input.contentType().equals(java.util.Optional.of("base64"))) {
      throw new ServiceException.InvalidRequest(
          "image: expected parameters.content_type 'base64', found '%s'"
              .formatted(input.contentType().orElse("")));
    }
    List<byte[]> encoded = new ArrayList<>();
    for (String text : input.data().strings()) {
      encoded.add(decoded(text, encoded.size()));
    }
    String model = view.substring(0, view.length() - IMAGE_VIEW.length());
    return service.inferImages(call, model, encoded);
  }

  private byte[] decoded(String text, int index) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new ServiceException.InvalidRequest(
          "image %d is no base64: %s".formatted(index, e.getMessage()));
    }
    if (bytes.length > maxImage) {
      throw new ServiceException.TooLarge(
          "image %d: expected at most %d bytes, found %d".formatted(index, maxImage, bytes.length));
    }
    return bytes;
  }

  private static void requireInput(InputTensor input, String name, String datatype) {
    if (!input.name().equals(name) || !input.datatype().equals(datatype)) {
      throw new ServiceException.InvalidRequest(
          "expected input '%s' of datatype %s, found '%s' of %s"
              .formatted(name, datatype, input.name(), input.datatype()));
    }
  }

  /** The shape's product, computed so that no shape can overflow it. */
  private static void requireCount(InputTensor input, long found) {
    long expected = 1;
    for (long dimension : input.shape()) {
      if (dimension < 1 || expected > Integer.MAX_VALUE / dimension) {
        throw new ServiceException.InvalidRequest(
            "%s: the shape %s is not possible"
                .formatted(input.name(), Arrays.toString(input.shape())));
      }
      expected *= dimension;
    }
    if (found != expected) {
      throw new ServiceException.InvalidRequest(
          "%s: the shape %s has %d elements of %s, data has %s"
              .formatted(
                  input.name(),
                  Arrays.toString(input.shape()),
                  expected,
                  input.datatype(),
                  found < 0 ? "elements of another type" : found));
    }
  }
}
