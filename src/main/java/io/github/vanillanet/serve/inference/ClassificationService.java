package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.ModelInput;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The common path of every API: encoded images, pixels or tensors in, logits out. Each caller
 * passes a rendering, which converts the logits to its answer as the request's last stage. Decoding
 * runs on the calling thread, the forward on the model's lane. Blocks until the answer is ready.
 * Thread-safe.
 */
public final class ClassificationService {

  private final ModelSelection models;
  private final ImagePreparation preparation;

  /**
   * @param maxInputBytes limit on the decoded pixels of one request in bytes, because small files
   *     can contain large images
   * @param decoders requests that may decode at once
   */
  public ClassificationService(
      ModelSelection models, ImageDecoder decoder, long maxInputBytes, int decoders) {
    this.models = models;
    this.preparation = new ImagePreparation(decoder, maxInputBytes, decoders, Ticker.system());
  }

  /** Registers the metrics of decoding. */
  public void measure(ServingMetrics metrics) {
    preparation.measure(metrics);
  }

  /** Returns the library that decodes JPEGs, and whether it reduces large ones. */
  public String jpegDecoder() {
    return preparation.jpegDecoder();
  }

  /**
   * Rejects a request before its body is read if the model's queue would reject it now. The
   * reservation is the second and last check. Never blocks.
   *
   * @param model name of a model or a group; empty for the default model
   * @return the model
   * @throws ServiceException {@code MODEL_NOT_FOUND}, {@code MODEL_AMBIGUOUS} or {@code NOT_READY}
   *     if there is none
   * @throws ServiceException {@code QUEUE_FULL} if there is no room for one image
   * @throws ServiceException {@code DEADLINE_EXCEEDED} if the answer would come too late
   * @throws ServiceException {@code NOT_READY} if the model is out of service
   */
  public ServedModel admit(Call call, Optional<String> model) {
    Deadline deadline = call.deadline();
    ServedModel served = current(model, deadline);
    try {
      served.lane().requireRoom(1, deadline);
    } catch (ServiceException e) {
      ServedModel now = current(model, deadline);
      if (e.code() == NOT_READY && now != served) {
        return now; // the version was swapped and closed meanwhile: the reservation decides
      }
      countRejected(call, served, e);
      throw e;
    }
    return served;
  }

  private ServedModel current(Optional<String> model, Deadline deadline) {
    Optional<ServedModel> served = models.current(model, deadline);
    if (served.isPresent()) {
      return served.get();
    }
    try (Lease lease = models.lease(model, deadline, 1)) {
      return lease.model(); // it was loaded meanwhile
    }
  }

  /** Counts a request that is rejected before it reserves room. */
  public void countRejected(Call call, ServedModel served, ServiceException reason) {
    call.rejected(served, reason);
  }

  /** Classifies one encoded image without a deadline. */
  public Classification classify(Optional<String> model, byte[] encoded, int topK) {
    Call call = Call.unbounded();
    call.topK(topK);
    return images(call, model, List.of(encoded), inference -> inference.classification(call));
  }

  /**
   * Computes logits of encoded images. Rejects only the invalid images, unless all are invalid.
   *
   * @throws ServiceException with the code of the failure
   */
  public <T> T images(
      Call call, Optional<String> model, List<byte[]> encoded, Function<Inference, T> rendering) {
    Duration expected = preparation.expected(encoded);
    Deadline begin = call.deadline().less(expected);
    try (Lease lease = models.lease(model, begin, encoded.size())) {
      return images(call, lease.model(), expected, encoded, true, rendering);
    }
  }

  /**
   * As above, with a version that may be required.
   *
   * @param partial whether to answer the valid images if others are invalid
   * @throws ServiceException {@code UNDECODABLE_IMAGE} with the index of the first invalid image of
   *     several, unless {@code partial}
   */
  public <T> T images(
      Call call,
      ModelTarget target,
      List<byte[]> encoded,
      boolean partial,
      Function<Inference, T> rendering) {
    Duration expected = preparation.expected(encoded);
    Deadline begin = call.deadline().less(expected);
    try (Lease lease = models.lease(target, begin, encoded.size())) {
      return images(call, lease.model(), expected, encoded, partial, rendering);
    }
  }

  private <T> T images(
      Call call,
      ServedModel served,
      Duration expected,
      List<byte[]> encoded,
      boolean partial,
      Function<Inference, T> rendering) {
    int samples = encoded.size();
    SortedMap<Integer, ServiceException> rejected = new TreeMap<>();
    return call.run(
        served,
        samples,
        expected,
        () -> preparation.prepare(call, served, encoded, partial, rejected),
        logits -> rendering.apply(Inference.of(served, samples, logits, rejected, call.inexact)));
  }

  /**
   * Computes logits and last maps of one encoded image.
   *
   * @param rendering also gets the pixels that the model has seen
   */
  public <T> T explained(
      Call call,
      Optional<String> model,
      byte[] encoded,
      BiFunction<Inference, RgbImage, T> rendering) {
    call.requestMaps();
    List<byte[]> files = List.of(encoded);
    Duration expected = preparation.expected(files);
    try (Lease lease = models.lease(model, call.deadline().less(expected), 1)) {
      ServedModel served = lease.model();
      SortedMap<Integer, ServiceException> rejected = new TreeMap<>();
      AtomicReference<ByteBuffer> pixels = new AtomicReference<>();
      return call.run(
          served,
          1,
          expected,
          () -> {
            ModelInput input = preparation.prepare(call, served, files, true, rejected);
            pixels.set(input.content().duplicate());
            return input;
          },
          logits ->
              rendering.apply(
                  Inference.of(served, 1, logits, rejected, call.inexact),
                  crop(served, pixels.get())));
    }
  }

  private static RgbImage crop(ServedModel served, ByteBuffer pixels) {
    byte[] rgb = new byte[pixels.remaining()];
    pixels.get(rgb);
    return new RgbImage(served.preprocessing().width(), served.preprocessing().height(), rgb);
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
    int samples = input.samples();
    return call.run(
        served,
        samples,
        Duration.ZERO,
        () -> input,
        logits ->
            rendering.apply(
                Inference.of(served, samples, logits, Collections.emptySortedMap(), call.inexact)));
  }

  private static int samples(long[] shape) {
    return shape.length == 0 ? 1 : (int) Math.max(1, Math.min(shape[0], Integer.MAX_VALUE));
  }

  private static void requireShape(ServedModel served, long[] shape, long... sample) {
    if (shape.length != 4
        || shape[0] < 1
        || !Arrays.equals(Arrays.copyOfRange(shape, 1, 4), sample)) {
      throw INVALID_REQUEST.error(
          "%s expects input of shape [n, %d, %d, %d], got %s",
          served.name(), sample[0], sample[1], sample[2], Arrays.toString(shape));
    }
  }
}
