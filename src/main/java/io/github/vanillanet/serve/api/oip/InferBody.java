package io.github.vanillanet.serve.api.oip;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.serve.api.http.BodyStream;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Reads the body of an inference request: JSON, then the binary tensors in the order of the inputs;
 * a raw body has one tensor only. Every length is checked.
 *
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md">the
 *     binary tensor data extension</a>
 */
final class InferBody {

  static final String HEADER = "Inference-Header-Content-Length";

  private static final String SIZE = "binary_data_size";

  private final TensorLimits limits;

  InferBody(TensorLimits limits) {
    this.limits = limits;
  }

  /**
   * @param header value of {@link #HEADER}, if sent: bytes of the JSON, 0 if the body is raw
   * @param raw makes the input of a raw request
   * @param memory takes the bytes of the elements before they are allocated
   */
  InferRequest read(
      InputStream body,
      Optional<String> header,
      Function<ByteBuffer, InputTensor> raw,
      LongConsumer memory) {
    try {
      if (header.isEmpty()) {
        return withBinaries(
            InferRequestReader.read(body, limits, memory), InputStream.nullInputStream());
      }
      long jsonBytes = length(header.get());
      if (jsonBytes == 0) {
        return rawRequest(raw.apply(ByteBuffer.wrap(body.readAllBytes())));
      }
      ByteBuffer head = next(body, jsonBytes);
      if (head.remaining() < jsonBytes) {
        throw INVALID_REQUEST.error(
            "%s: expected %d bytes of JSON, the body has %d", HEADER, jsonBytes, head.remaining());
      }
      InputStream json =
          new ByteArrayInputStream(head.array(), head.arrayOffset(), head.remaining());
      return withBinaries(InferRequestReader.read(json, limits, memory), body);
    } catch (IOException e) {
      throw JsonValues.endsEarly(e);
    }
  }

  private static long length(String header) {
    try {
      long length = Long.parseLong(header.strip());
      if (length >= 0) {
        return length;
      }
    } catch (NumberFormatException e) {
      // rejected below, like a negative length
    }
    throw INVALID_REQUEST.error("%s: expected a number of bytes, got '%s'", HEADER, header);
  }

  /** Binary outputs, as in Triton. */
  private static InferRequest rawRequest(InputTensor input) {
    return new InferRequest(
        Optional.empty(),
        new Parameters("request", Map.of(InferAnswer.ALL_BINARY, true)),
        List.of(input),
        List.of());
  }

  private static InferRequest withBinaries(InferRequest request, InputStream tail)
      throws IOException {
    List<InputTensor> inputs = new ArrayList<>();
    for (InputTensor input : request.inputs()) {
      if (input.parameters().has("shared_memory_region")) {
        throw INVALID_REQUEST.error("input '%s': shared memory is not supported", input.name());
      }
      Optional<Long> size = input.parameters().wholeNumber(SIZE, 0);
      inputs.add(size.isPresent() ? binary(input, size.get(), tail) : input);
    }
    if (tail.read() >= 0) {
      throw INVALID_REQUEST.error("the body has more bytes than the %s of its inputs", SIZE);
    }
    return new InferRequest(request.id(), request.parameters(), inputs, request.outputs());
  }

  private static InputTensor binary(InputTensor input, long size, InputStream tail)
      throws IOException {
    if (input.content() instanceof TensorData data && !data.isEmpty()) {
      throw INVALID_REQUEST.error("input '%s': expected data or %s, got both", input.name(), SIZE);
    }
    ByteBuffer bytes = next(tail, size);
    if (bytes.remaining() < size) {
      throw INVALID_REQUEST.error(
          "input '%s': %s is %d, %d bytes are left in the body",
          input.name(), SIZE, size, bytes.remaining());
    }
    return input.withContent(new InputTensor.Content.Binary(bytes, false));
  }

  /** The next {@code size} bytes, or those that are left; without a copy if they are in memory. */
  private static ByteBuffer next(InputStream body, long size) throws IOException {
    int wanted = (int) Math.min(size, Integer.MAX_VALUE);
    return body instanceof BodyStream collected
        ? collected.slice(wanted)
        : ByteBuffer.wrap(body.readNBytes(wanted));
  }
}
