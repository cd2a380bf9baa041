package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.serve.api.call.Calls;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.Inference;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * Inference of the Open Inference Protocol, JSON and binary. Clients of Triton send whatever
 * content type their HTTP library thinks of, or none: what the body is, its framing tells.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">the protocol</a>
 */
@Path("/v2/models")
@Consumes(MediaType.WILDCARD)
@Produces({MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM})
@Tag(name = "Open Inference Protocol")
@Blocking
public final class InferResource {

  /** A year: longer ones cannot be told from it. */
  private static final long LONGEST_MICROS = Duration.ofDays(365).toNanos() / 1000;

  private final ClassificationService service;
  private final Calls calls;
  private final ModelRegistry registry;
  private final ModelSelection selection;
  private final InferBody body;
  private final BytesTensor images;

  InferResource(
      ClassificationService service,
      Calls calls,
      ModelRegistry registry,
      ModelSelection selection,
      ServingConfig config) {
    this.service = service;
    this.calls = calls;
    this.registry = registry;
    this.selection = selection;
    this.body =
        new InferBody(new InferRequestReader(bounded(config.maxTensorBody().asLongValue())));
    this.images = new BytesTensor(bounded(config.maxImageBody().asLongValue()));
  }

  private static int bounded(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }

  @POST
  @Path("/{model}/infer")
  @Operation(summary = "Logits of normalised tensors, or of encoded images under MODEL-image")
  @RequestBody(ref = "Infer")
  @APIResponse(responseCode = "200", ref = "Inferred")
  public Response infer(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @HeaderParam(InferBody.HEADER) String headerLength,
      InputStream request) {
    requireOne(context);
    return infer(
        calls.of(context), model, OptionalInt.empty(), Optional.ofNullable(headerLength), request);
  }

  @POST
  @Path("/{model}/versions/{version}/infer")
  @Operation(summary = "The same, of a version")
  @RequestBody(ref = "Infer")
  @APIResponse(responseCode = "200", ref = "Inferred")
  public Response infer(
      @Context RoutingContext context,
      @PathParam("model") String model,
      @PathParam("version") String version,
      @HeaderParam(InferBody.HEADER) String headerLength,
      InputStream request) {
    requireOne(context);
    return infer(
        calls.of(context),
        model,
        Versions.parse(model, version),
        Optional.ofNullable(headerLength),
        request);
  }

  /** Of two lengths somebody on the way may have believed the other one. */
  private static void requireOne(RoutingContext context) {
    Set<String> lengths = Set.copyOf(context.request().headers().getAll(InferBody.HEADER));
    if (lengths.size() > 1) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "%s: expected one value, found %d".formatted(InferBody.HEADER, lengths.size()));
    }
  }

  private Response infer(
      Call call,
      String name,
      OptionalInt version,
      Optional<String> headerLength,
      InputStream stream) {
    View view = View.of(name, registry.names());
    ModelTarget target = new ModelTarget(view.model(), version);
    InferRequest request =
        call.clock()
            .time(
                Stage.DECODE,
                () -> body.read(stream, headerLength, bytes -> rawInput(view, target, bytes)));
    timeout(request).ifPresent(call::limit);
    if (request.inputs().size() != 1) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "inputs: expected one input, found " + request.inputs().size());
    }
    OutputPlan plan = OutputPlan.of(request);
    InferRequest.InputTensor input = request.inputs().get(0);
    Inference inference =
        switch (view.kind()) {
          case TENSOR -> tensor(call, target, input);
          case IMAGE -> images(call, target, input);
        };
    return new InferAnswer(view, request.id(), inference, plan).response();
  }

  /** Microseconds of the schedule policy extension; 0 leaves it to the server. */
  private static Optional<Duration> timeout(InferRequest request) {
    return request
        .parameters()
        .wholeNumber("timeout", 0)
        .filter(micros -> micros > 0)
        .map(micros -> Duration.of(Math.min(micros, LONGEST_MICROS), ChronoUnit.MICROS));
  }

  private Inference tensor(Call call, ModelTarget target, InferRequest.InputTensor input) {
    boolean named = input.name().equals(View.Kind.TENSOR.input());
    if (named && (input.datatype().equals("FP32") || input.datatype().equals("FP16"))) {
      return service.inferTensor(call, target, input.shape(), NumberTensor.floats(input));
    }
    if (named && input.datatype().equals("UINT8")) {
      return service.inferPixels(call, target, input.shape(), NumberTensor.bytes(input));
    }
    throw wrongInput(View.Kind.TENSOR, "FP32, FP16 or UINT8", input);
  }

  private Inference images(Call call, ModelTarget target, InferRequest.InputTensor input) {
    boolean named = input.name().equals(View.Kind.IMAGE.input());
    if (named && input.datatype().equals(View.Kind.IMAGE.datatype())) {
      return service.inferImages(call, target, images.elements(input));
    }
    throw wrongInput(View.Kind.IMAGE, View.Kind.IMAGE.datatype(), input);
  }

  private static ServiceException wrongInput(
      View.Kind kind, String datatypes, InferRequest.InputTensor input) {
    return new ServiceException(
        ErrorCode.INVALID_REQUEST,
        "expected input '%s' of datatype %s, found '%s' of %s"
            .formatted(kind.input(), datatypes, input.name(), input.datatype()));
  }

  /** A raw body says nothing about itself: its length must be that of whole samples. */
  private InferRequest.InputTensor rawInput(View view, ModelTarget target, ByteBuffer bytes) {
    long[] shape =
        switch (view.kind()) {
          case IMAGE -> new long[] {1};
          case TENSOR -> tensorShape(target, bytes.remaining());
        };
    return new InferRequest.InputTensor(
        view.kind().input(),
        view.kind().datatype(),
        shape,
        Parameters.none("input"),
        new TensorContent.Raw(bytes));
  }

  private long[] tensorShape(ModelTarget target, int bytes) {
    try (Lease lease = selection.lease(target)) {
      Architecture net = lease.model().manifest().architecture();
      int sample = 3 * net.inputHeight() * net.inputWidth() * Float.BYTES;
      if (bytes == 0 || bytes % sample != 0) {
        throw new ServiceException(
            ErrorCode.INVALID_REQUEST,
            "raw input: expected a multiple of %d bytes, found %d".formatted(sample, bytes));
      }
      return new long[] {bytes / sample, 3, net.inputHeight(), net.inputWidth()};
    }
  }
}
