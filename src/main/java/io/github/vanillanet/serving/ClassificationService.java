package io.github.vanillanet.serving;

import io.github.vanillanet.batching.ModelInput;
import io.github.vanillanet.engine.InputKind;
import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.image.ImageDecoder;
import io.github.vanillanet.image.Preprocessing;
import io.github.vanillanet.image.RgbImage;
import io.github.vanillanet.metrics.Stage;
import io.github.vanillanet.network.Architecture;
import io.github.vanillanet.registry.AnswerObserver;
import io.github.vanillanet.registry.Lease;
import io.github.vanillanet.registry.ServedModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What every API does in the end: encoded images or tensors in, predictions or logits out. Decoding
 * runs on the calling thread, the forward on the model's lane. Thread-safe; every call blocks until
 * its answer is there.
 */
public final class ClassificationService {

  private final ModelSelection models;
  private final ImageDecoder decoder;
  private final long largestInput;
  private final DecodeGate gate;
  private final AnswerObserver observer;

  /** As many decoders as there are processors. */
  public ClassificationService(
      ModelSelection models, ImageDecoder decoder, long largestInput, AnswerObserver observer) {
    this(models, decoder, largestInput, Runtime.getRuntime().availableProcessors(), observer);
  }

  /** Without anybody who is told how work ends. */
  public ClassificationService(ModelSelection models, ImageDecoder decoder, long largestInput) {
    this(models, decoder, largestInput, AnswerObserver.none());
  }

  /**
   * @param largestInput bytes of pixels that the images of one request may become: small images
   *     become large ones
   * @param decoders requests that may decode at the same time
   * @param observer is told how each piece of work ended that reached a model
   */
  public ClassificationService(
      ModelSelection models,
      ImageDecoder decoder,
      long largestInput,
      int decoders,
      AnswerObserver observer) {
    this.models = models;
    this.decoder = decoder;
    this.largestInput = largestInput;
    this.gate = new DecodeGate(decoders);
    this.observer = observer;
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
    if (topK < 1) {
      throw new ServiceException.InvalidRequest("top_k: expected at least 1, found " + topK);
    }
    try (Lease lease = models.lease(model, call.deadline(), 1)) {
      ServedModel served = lease.model();
      return new Attempt(call, served, 1, observer)
          .run(
              () -> images(call, served, List.of(encoded)),
              logits ->
                  new Classification(
                      served.id().name(),
                      served.id().version(),
                      served.manifest().trained(),
                      TopClasses.of(logits, served.version().labels(), topK)));
    }
  }

  /** Logits of encoded images, in their order. */
  public Inference inferImages(Call call, String model, List<byte[]> encoded) {
    try (Lease lease = models.lease(Optional.of(model), call.deadline(), encoded.size())) {
      ServedModel served = lease.model();
      return new Attempt(call, served, encoded.size(), observer)
          .run(
              () -> images(call, served, encoded),
              logits -> inference(served, encoded.size(), logits));
    }
  }

  /** {@link #inferTensor(Call, String, long[], ByteBuffer)} with all the time there is. */
  public Inference inferTensor(String model, long[] shape, ByteBuffer values) {
    return inferTensor(Call.unbounded(), model, shape, values);
  }

  /**
   * Logits of normalised tensors.
   *
   * @param shape as the client declared it: {@code [n, 3, h, w]} of the model's input size
   * @param values native byte order, row-major, as many as the shape says
   */
  public Inference inferTensor(Call call, String model, long[] shape, ByteBuffer values) {
    int samples = shape.length == 0 ? 1 : (int) Math.max(1, Math.min(shape[0], Integer.MAX_VALUE));
    try (Lease lease = models.lease(Optional.of(model), call.deadline(), samples)) {
      ServedModel served = lease.model();
      requireShape(served, shape);
      return new Attempt(call, served, samples, observer)
          .run(
              () -> new ModelInput(InputKind.NORMALISED, samples, values),
              logits -> inference(served, samples, logits));
    }
  }

  private static void requireShape(ServedModel served, long[] shape) {
    Architecture net = served.manifest().architecture();
    if (shape.length != 4
        || shape[0] < 1
        || shape[1] != 3
        || shape[2] != net.inputHeight()
        || shape[3] != net.inputWidth()) {
      throw new ServiceException.InvalidRequest(
          "%s takes input of shape [n, 3, %d, %d], found %s"
              .formatted(
                  served.id().name(), net.inputHeight(), net.inputWidth(), Arrays.toString(shape)));
    }
  }

  private ModelInput images(Call call, ServedModel served, List<byte[]> encoded) {
    Preprocessing preprocessing = served.manifest().preprocessing();
    int bytes = InputKind.IMAGES.sampleBytes(preprocessing.height(), preprocessing.width());
    long most = Math.max(1, Math.min(largestInput, Integer.MAX_VALUE) / bytes);
    if (encoded.size() > most) {
      throw new ServiceException.TooLarge(
          "expected at most %d images for %s at once, found %d"
              .formatted(most, served.id(), encoded.size()));
    }
    ByteBuffer pixels = ByteBuffer.allocate(bytes * encoded.size()).order(ByteOrder.nativeOrder());
    return gate.pass(
        call,
        () -> {
          for (byte[] image : encoded) {
            RgbImage decoded = call.clock().time(Stage.DECODE, () -> decoder.decode(image));
            call.clock()
                .time(Stage.PREPROCESS, () -> pixels.put(preprocessing.apply(decoded).rgb()));
          }
          return new ModelInput(InputKind.IMAGES, encoded.size(), pixels.flip());
        });
  }

  private static Inference inference(ServedModel served, int samples, float[] logits) {
    return new Inference(served.id().name(), served.id().version(), samples, logits);
  }
}
