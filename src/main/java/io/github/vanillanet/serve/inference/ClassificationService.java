package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.serve.inference.ImagePreparation.Prepared;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.ModelInput;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where every API ends: encoded images, pixels or tensors in, logits out. Each caller passes a
 * rendering, which makes its answer of the logits as the request's last stage. Decoding runs on the
 * calling thread, the forward on the model's lane. Blocks until the answer is there. Thread-safe.
 */
public final class ClassificationService {

  private final ModelSelection models;
  private final ImagePreparation preparation;

  /**
   * @param maxInputBytes bytes of pixels that the images of one request may become: small files can
   *     be large images
   * @param decoders requests that may decode at once
   */
  public ClassificationService(
      ModelSelection models, ImageDecoder decoder, long maxInputBytes, int decoders) {
    this.models = models;
    this.preparation = new ImagePreparation(decoder, maxInputBytes, decoders, Ticker.system());
  }

  /** Names the library that decodes JPEGs, and says whether it reduces large ones. */
  public String jpegDecoder() {
    return preparation.jpegDecoder();
  }

  /** Classifies one encoded image without a deadline. */
  public Classification classify(Optional<String> model, byte[] encoded, int topK) {
    return images(
        Call.unbounded(),
        ModelTarget.of(model),
        List.of(encoded),
        inference -> Classification.of(inference, topK));
  }

  /**
   * Computes logits of encoded images. A bad image is rejected alone, unless all are bad.
   *
   * @throws ServiceException with the code of whatever went wrong
   */
  public <T> T images(
      Call call, ModelTarget target, List<byte[]> encoded, Function<Inference, T> rendering) {
    Duration expected = preparation.expected(encoded);
    int samples = encoded.size();
    try (Lease lease = models.lease(target, call.deadline().less(expected), samples)) {
      ServedModel served = lease.model();
      return new Attempt(call, served, samples, expected)
          .run(
              () -> preparation.prepare(call, served, encoded),
              (prepared, logits) -> rendering.apply(inference(served, samples, prepared, logits)));
    }
  }

  /**
   * Computes logits of normalised tensors.
   *
   * @param shape as the client declared it: {@code [n, 3, h, w]} of the model's input size
   * @param values native byte order, row-major, as many as the shape has
   */
  public <T> T tensor(
      Call call,
      ModelTarget target,
      long[] shape,
      ByteBuffer values,
      Function<Inference, T> rendering) {
    int samples = samples(shape);
    try (Lease lease = models.lease(target, call.deadline(), samples)) {
      Architecture net = lease.model().manifest().architecture();
      requireShape(lease.model(), shape, 3, net.inputHeight(), net.inputWidth());
      PlausibleInput.require(values);
      ModelInput input = new ModelInput(InputKind.NORMALISED, samples, values);
      return compute(call, lease.model(), input, rendering);
    }
  }

  /**
   * Computes logits of decoded images of the model's input size.
   *
   * @param shape as the client declared it: {@code [n, h, w, 3]}
   * @param pixels RGB, row-major, as many as the shape has
   */
  public <T> T pixels(
      Call call,
      ModelTarget target,
      long[] shape,
      ByteBuffer pixels,
      Function<Inference, T> rendering) {
    int samples = samples(shape);
    try (Lease lease = models.lease(target, call.deadline(), samples)) {
      Architecture net = lease.model().manifest().architecture();
      requireShape(lease.model(), shape, net.inputHeight(), net.inputWidth(), 3);
      ModelInput input = new ModelInput(InputKind.IMAGES, samples, pixels);
      return compute(call, lease.model(), input, rendering);
    }
  }

  private <T> T compute(
      Call call, ServedModel served, ModelInput input, Function<Inference, T> rendering) {
    Prepared prepared = new Prepared(input, Collections.emptySortedMap());
    int samples = input.samples();
    return new Attempt(call, served, samples, Duration.ZERO)
        .run(
            () -> prepared,
            (same, logits) -> rendering.apply(inference(served, samples, prepared, logits)));
  }

  private static int samples(long[] shape) {
    return shape.length == 0 ? 1 : (int) Math.max(1, Math.min(shape[0], Integer.MAX_VALUE));
  }

  private static void requireShape(ServedModel served, long[] shape, long... sample) {
    if (shape.length != 4
        || shape[0] < 1
        || !Arrays.equals(Arrays.copyOfRange(shape, 1, 4), sample)) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "%s expects input of shape [n, %d, %d, %d], got %s"
              .formatted(
                  served.id().name(), sample[0], sample[1], sample[2], Arrays.toString(shape)));
    }
  }

  private static Inference inference(
      ServedModel served, int samples, Prepared prepared, float[] logits) {
    return new Inference(
        served.id(),
        served.manifest().trained(),
        served.version().labels(),
        samples,
        prepared.allRows(logits),
        prepared.rejected());
  }
}
