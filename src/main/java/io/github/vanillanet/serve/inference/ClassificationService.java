package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.serve.registry.Lease;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.ModelInput;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What every API does in the end: encoded images or tensors in, predictions or logits out. Decoding
 * runs on the calling thread, the forward on the model's lane. Thread-safe; every call blocks until
 * its answer is there.
 */
public final class ClassificationService {

  private final ModelSelection models;
  private final ImagePreparation preparation;

  /**
   * @param largestInput bytes of pixels that the images of one request may become: small images
   *     become large ones
   * @param decoders requests that may decode at the same time
   */
  public ClassificationService(
      ModelSelection models, ImageDecoder decoder, long largestInput, int decoders) {
    this.models = models;
    this.preparation =
        new ImagePreparation(
            decoder, largestInput, new DecodeGate(decoders), new PreparationTime(Ticker.system()));
  }

  /** What decodes JPEGs, and that large ones are reduced, if they are. */
  public String jpegDecoder() {
    return preparation.jpegDecoder();
  }

  /** {@link #classify(Call, Optional, byte[], int)} with all the time there is. */
  public Classification classify(Optional<String> model, byte[] encoded, int topK) {
    return classify(Call.unbounded(), model, encoded, topK);
  }

  /**
   * Classifies one encoded image.
   *
   * @param model name of a model or a group, or empty for the default
   * @param topK how many predictions; more than there are classes means all
   * @throws ServiceException of many kinds, see {@code ErrorCode}
   */
  public Classification classify(Call call, Optional<String> model, byte[] encoded, int topK) {
    requireTopK(topK);
    try (Lease lease = models.lease(model, inTime(call, List.of(encoded)), 1)) {
      return classify(call, lease.model(), encoded, topK);
    }
  }

  /** Classifies one encoded image with a model that is named. */
  public Classification classify(Call call, ModelTarget model, byte[] encoded, int topK) {
    requireTopK(topK);
    try (Lease lease = models.lease(model, inTime(call, List.of(encoded)), 1)) {
      return classify(call, lease.model(), encoded, topK);
    }
  }

  private Classification classify(Call call, ServedModel served, byte[] encoded, int topK) {
    return new Attempt(call, served, 1, preparation.expected(List.of(encoded)))
        .run(
            () -> preparation.prepare(call, served, List.of(encoded)).input(),
            logits ->
                new Classification(
                    served.id().name(),
                    served.id().version(),
                    served.manifest().trained(),
                    TopClasses.of(logits, served.version().labels(), topK)));
  }

  /** Classifies several encoded images together. A bad one fails alone, unless all are bad. */
  public ClassificationBatch classifyEach(
      Call call, Optional<String> model, List<byte[]> encoded, int topK) {
    requireTopK(topK);
    try (Lease lease = models.lease(model, inTime(call, encoded), encoded.size())) {
      ServedModel served = lease.model();
      Inference inference = inferImages(call, served, encoded);
      List<ClassificationBatch.Outcome> outcomes = new ArrayList<>();
      for (int image = 0; image < encoded.size(); image++) {
        outcomes.add(outcome(inference, image, topK));
      }
      return new ClassificationBatch(
          served.id().name(), served.id().version(), served.manifest().trained(), outcomes);
    }
  }

  /** The deadline of what comes after the images were prepared. */
  private Deadline inTime(Call call, List<byte[]> encoded) {
    return call.deadline().less(preparation.expected(encoded));
  }

  private static ClassificationBatch.Outcome outcome(Inference inference, int image, int topK) {
    if (inference.refused().containsKey(image)) {
      return new ClassificationBatch.Outcome.Refused(inference.refused().get(image));
    }
    int classes = inference.logits().length / inference.samples();
    float[] row = Arrays.copyOfRange(inference.logits(), image * classes, (image + 1) * classes);
    return new ClassificationBatch.Outcome.Classified(TopClasses.of(row, inference.labels(), topK));
  }

  private static void requireTopK(int topK) {
    if (topK < 1) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "top_k: expected at least 1, found " + topK);
    }
  }

  /** Logits of encoded images, in their order. A bad one fails alone, unless all are bad. */
  public Inference inferImages(Call call, ModelTarget model, List<byte[]> encoded) {
    try (Lease lease = models.lease(model, inTime(call, encoded), encoded.size())) {
      return inferImages(call, lease.model(), encoded);
    }
  }

  private Inference inferImages(Call call, ServedModel served, List<byte[]> encoded) {
    AtomicReference<PreparedImages> images = new AtomicReference<>();
    return new Attempt(call, served, encoded.size(), preparation.expected(encoded))
        .run(
            () -> {
              images.set(preparation.prepare(call, served, encoded));
              return images.get().input();
            },
            logits ->
                inference(
                    served, encoded.size(), images.get().spread(logits), images.get().refused()));
  }

  /**
   * Logits of normalised tensors.
   *
   * @param shape as the client declared it: {@code [n, 3, h, w]} of the model's input size
   * @param values native byte order, row-major, as many as the shape says
   */
  public Inference inferTensor(Call call, ModelTarget model, long[] shape, ByteBuffer values) {
    int samples = samples(shape);
    try (Lease lease = models.lease(model, call.deadline(), samples)) {
      Architecture net = lease.model().manifest().architecture();
      requireShape(lease.model(), shape, 3, net.inputHeight(), net.inputWidth());
      PlausibleInput.require(values);
      return inferInput(call, lease.model(), InputKind.NORMALISED, samples, values);
    }
  }

  /**
   * Logits of pictures that are decoded and of the model's size.
   *
   * @param shape as the client declared it: {@code [n, h, w, 3]}
   * @param pixels RGB, row-major, as many as the shape says
   */
  public Inference inferPixels(Call call, ModelTarget model, long[] shape, ByteBuffer pixels) {
    int samples = samples(shape);
    try (Lease lease = models.lease(model, call.deadline(), samples)) {
      Architecture net = lease.model().manifest().architecture();
      requireShape(lease.model(), shape, net.inputHeight(), net.inputWidth(), 3);
      return inferInput(call, lease.model(), InputKind.IMAGES, samples, pixels);
    }
  }

  private Inference inferInput(
      Call call, ServedModel served, InputKind kind, int samples, ByteBuffer content) {
    return new Attempt(call, served, samples, Duration.ZERO)
        .run(
            () -> new ModelInput(kind, samples, content),
            logits -> inference(served, samples, logits, new TreeMap<>()));
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
          "%s takes input of shape [n, %d, %d, %d], found %s"
              .formatted(
                  served.id().name(), sample[0], sample[1], sample[2], Arrays.toString(shape)));
    }
  }

  private static Inference inference(
      ServedModel served,
      int samples,
      float[] logits,
      SortedMap<Integer, ServiceException> refused) {
    return new Inference(
        served.id().name(),
        served.id().version(),
        served.version().labels(),
        samples,
        logits,
        refused);
  }
}
