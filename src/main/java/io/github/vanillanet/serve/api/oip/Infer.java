package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.Inference;
import io.github.vanillanet.serve.inference.ModelSelection;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.Lease;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Inference of the Open Inference Protocol, in JSON and binary. Clients of Triton send any content
 * type or none, so the framing of the body determines its format.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">the protocol</a>
 */
@Singleton
final class Infer {

  private static final Set<String> FLOATS = Set.of("FP32", "FP16", "BF16");
  private static final long MAX_TIMEOUT_MICROS = Duration.ofDays(365).toNanos() / 1000;

  private final ClassificationService service;
  private final ModelSelection selection;
  private final InferBody body;
  private final long maxImageBytes;
  private final int maxImages;

  Infer(ClassificationService service, ModelSelection selection, ServingConfig config) {
    this.service = service;
    this.selection = selection;
    this.maxImageBytes = config.maxImageBody().asLongValue();
    this.maxImages = config.queueCapacity();
    this.body = new InferBody(TensorLimits.of(config));
  }

  /**
   * @param jsonLength value of the header {@link InferBody#HEADER}, if sent
   * @param memory takes the bytes that are built from the body before they are allocated
   */
  Response infer(
      Call call,
      View view,
      ModelTarget target,
      Optional<String> jsonLength,
      InputStream stream,
      LongConsumer memory) {
    selection.lease(target, call.deadline(), 1).close(); // before anything about the body
    InferRequest request =
        call.time(
            Stage.DECODE,
            () -> body.read(stream, jsonLength, bytes -> rawInput(view, target, bytes), memory));
    return answer(call, view, target, request, memory, InferAnswer::response);
  }

  /** Rejects a request early that the queue would reject. */
  void admit(Call call, View view) {
    service.admit(call, Optional.of(view.model()));
  }

  /**
   * Computes a request that was read.
   *
   * @param form makes the answer of what was computed
   */
  <T> T answer(
      Call call,
      View view,
      ModelTarget target,
      InferRequest request,
      LongConsumer memory,
      BiFunction<InferAnswer, Inference, T> form) {
    timeout(request).ifPresent(call::limit);
    request.parameters().pictures().ifPresent(call::pictures);
    InferAnswer answer = InferAnswer.of(view, request);
    if (answer.needsMaps()) {
      call.requestMaps();
    }
    Function<Inference, T> rendering = inference -> form.apply(answer, inference);
    InputTensor input = request.inputs().get(0);
    if (input.name().equals(view.input())) {
      String datatype = input.datatype();
      requireFewImages(view, input);
      if (view.takesImages() && datatype.equals(view.datatype())) {
        boolean partial = request.parameters().flag("partial").orElse(false);
        List<byte[]> images = input.elements(request.parameters(), maxImageBytes, memory);
        return service.images(call, target, images, partial, rendering);
      }
      if (!view.takesImages() && FLOATS.contains(datatype)) {
        return service.tensor(call, target, input.shape(), input.floats(memory), rendering);
      } else if (!view.takesImages() && datatype.equals("UINT8")) {
        return service.pixels(call, target, input.shape(), input.bytes(), rendering);
      }
    }
    throw INVALID_REQUEST.error(
        "expected input '%s' of datatype %s, got '%s' of %s",
        view.input(),
        view.takesImages() ? view.datatype() : "FP32, FP16, BF16 or UINT8",
        input.name(),
        input.datatype());
  }

  private void requireFewImages(View view, InputTensor input) {
    long[] shape = input.shape();
    int elements = input.elementCount();
    long images = view.takesImages() ? elements : shape.length == 4 ? shape[0] : 1;
    if (images > maxImages) {
      throw TOO_LARGE.error(
          "%s: expected at most %d images, got %d", input.name(), maxImages, images);
    }
  }

  /** Microseconds of the schedule policy extension; 0 means no timeout. */
  private static Optional<Duration> timeout(InferRequest request) {
    return request
        .parameters()
        .wholeNumber("timeout", 0)
        .filter(micros -> micros > 0)
        .map(micros -> Duration.of(Math.min(micros, MAX_TIMEOUT_MICROS), ChronoUnit.MICROS));
  }

  /** A raw body has no shape, so its length must be a multiple of the sample size. */
  private InputTensor rawInput(View view, ModelTarget target, ByteBuffer bytes) {
    long[] shape = view.takesImages() ? new long[] {1} : tensorShape(target, bytes.remaining());
    return new InputTensor(
        view.input(),
        view.datatype(),
        shape,
        Parameters.none("input"),
        new InputTensor.Content.Binary(bytes, true));
  }

  private long[] tensorShape(ModelTarget target, int bytes) {
    try (Lease lease = selection.lease(target)) {
      Architecture net = lease.model().manifest().architecture();
      int sample = 3 * net.inputHeight() * net.inputWidth() * Float.BYTES;
      if (bytes == 0 || bytes % sample != 0) {
        throw INVALID_REQUEST.error(
            "raw input: expected a multiple of %d bytes, got %d", sample, bytes);
      }
      return new long[] {bytes / sample, 3, net.inputHeight(), net.inputWidth()};
    }
  }
}
