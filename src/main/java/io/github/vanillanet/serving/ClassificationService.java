package io.github.vanillanet.serving;

import io.github.vanillanet.batching.LaneAnswer;
import io.github.vanillanet.batching.ModelInput;
import io.github.vanillanet.engine.InputKind;
import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.image.ImageDecoder;
import io.github.vanillanet.image.Preprocessing;
import io.github.vanillanet.network.Architecture;
import io.github.vanillanet.registry.AnswerObserver;
import io.github.vanillanet.registry.Lease;
import io.github.vanillanet.registry.ServedModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * What every API does in the end: encoded images or tensors in, predictions or logits out. Decoding
 * runs on the calling thread, the forward on the model's lane. Thread-safe; every call blocks until
 * its answer is there.
 */
public final class ClassificationService {

  private final ModelSelection models;
  private final ImageDecoder decoder;
  private final long largestInput;
  private final AnswerObserver observer;

  /** Without anybody who is told how work ends. */
  public ClassificationService(ModelSelection models, ImageDecoder decoder, long largestInput) {
    this(models, decoder, largestInput, AnswerObserver.none());
  }

  /**
   * @param largestInput bytes of pixels that the images of one request may become: small images
   *     become large ones
   * @param observer is told how each piece of work ended that reached a model
   */
  public ClassificationService(
      ModelSelection models, ImageDecoder decoder, long largestInput, AnswerObserver observer) {
    this.models = models;
    this.decoder = decoder;
    this.largestInput = largestInput;
    this.observer = observer;
  }

  /**
   * Classifies one encoded image.
   *
   * @param model name, or empty for the default
   * @param topK how many predictions; more than there are classes means all
   * @throws ServiceException of many kinds, see {@code ErrorCode}
   */
  public Classification classify(Optional<String> model, byte[] encoded, int topK) {
    if (topK < 1) {
      throw new ServiceException.InvalidRequest("top_k: expected at least 1, found " + topK);
    }
    try (Lease lease = models.lease(model)) {
      ServedModel served = lease.model();
      float[] logits = run(served, images(served, List.of(encoded)));
      return new Classification(
          served.id().name(),
          served.id().version(),
          served.manifest().trained(),
          TopClasses.of(logits, served.version().labels(), topK));
    }
  }

  /** Logits of encoded images, in their order. */
  public Inference inferImages(String model, List<byte[]> encoded) {
    try (Lease lease = models.lease(Optional.of(model))) {
      ServedModel served = lease.model();
      return inference(served, images(served, encoded));
    }
  }

  /**
   * Logits of normalised tensors.
   *
   * @param shape as the client declared it: {@code [n, 3, h, w]} of the model's input size
   * @param values native byte order, row-major, as many as the shape says
   */
  public Inference inferTensor(String model, long[] shape, ByteBuffer values) {
    try (Lease lease = models.lease(Optional.of(model))) {
      ServedModel served = lease.model();
      Architecture net = served.manifest().architecture();
      if (shape.length != 4
          || shape[0] < 1
          || shape[1] != 3
          || shape[2] != net.inputHeight()
          || shape[3] != net.inputWidth()) {
        throw new ServiceException.InvalidRequest(
            "%s takes input of shape [n, 3, %d, %d], found %s"
                .formatted(
                    model, net.inputHeight(), net.inputWidth(), java.util.Arrays.toString(shape)));
      }
      return inference(
          served, new ModelInput(InputKind.NORMALISED, Math.toIntExact(shape[0]), values));
    }
  }

  private ModelInput images(ServedModel served, List<byte[]> encoded) {
    Preprocessing preprocessing = served.manifest().preprocessing();
    int bytes = InputKind.IMAGES.sampleBytes(preprocessing.height(), preprocessing.width());
    long most = Math.max(1, Math.min(largestInput, Integer.MAX_VALUE) / bytes);
    if (encoded.size() > most) {
      throw new ServiceException.TooLarge(
          "expected at most %d images for %s at once, found %d"
              .formatted(most, served.id(), encoded.size()));
    }
    ByteBuffer pixels = ByteBuffer.allocate(bytes * encoded.size()).order(ByteOrder.nativeOrder());
    for (byte[] image : encoded) {
      pixels.put(preprocessing.apply(decoder.decode(image)).rgb());
    }
    return new ModelInput(InputKind.IMAGES, encoded.size(), pixels.flip());
  }

  private Inference inference(ServedModel served, ModelInput input) {
    return new Inference(
        served.id().name(), served.id().version(), input.samples(), run(served, input));
  }

  private float[] run(ServedModel served, ModelInput input) {
    float[] logits = forward(served, input);
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        if (input.kind() == InputKind.IMAGES) { // of tensors it may be the client's doing
          observer.failed(served.id());
        }
        throw new ServiceException.EngineFailure(
            "%s answered with a logit that is not finite: %s".formatted(served.id(), logit), null);
      }
    }
    observer.answered(served.id());
    return logits;
  }

  private float[] forward(ServedModel served, ModelInput input) {
    CompletableFuture<LaneAnswer> answer = served.lane().submit(input);
    try {
      return answer.get().logits();
    } catch (InterruptedException e) {
      answer.cancel(false); // the lane drops work that nobody waits for
      Thread.currentThread().interrupt();
      throw new ServiceException.NotReady("the service is closing");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ServiceException.EngineFailure) {
        observer.failed(served.id());
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    }
  }
}
