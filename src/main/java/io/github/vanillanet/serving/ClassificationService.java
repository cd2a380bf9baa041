package io.github.vanillanet.serving;

import io.github.vanillanet.batching.LaneAnswer;
import io.github.vanillanet.batching.ModelInput;
import io.github.vanillanet.engine.InputKind;
import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.image.ImageDecoder;
import io.github.vanillanet.network.Architecture;
import io.github.vanillanet.registry.AnswerObserver;
import io.github.vanillanet.registry.InferenceStatistics;
import io.github.vanillanet.registry.Lease;
import io.github.vanillanet.registry.ServedModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * What every API does in the end: encoded images or tensors in, predictions or logits out. Decoding
 * runs on the calling thread, the forward on the model's lane. Thread-safe; every call blocks until
 * its answer is there.
 */
public final class ClassificationService {

  /** Normalised pixels are within ±3; far beyond this, sums of float32 overflow. */
  private static final float EXTREME = 1e4f;

  private final ModelSelection models;
  private final ImagePreparation preparation;
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
    this.preparation = new ImagePreparation(decoder, largestInput);
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
    requireTopK(topK);
    try (Lease lease = models.lease(model)) {
      return classify(lease.model(), encoded, topK);
    }
  }

  /** Classifies one encoded image with a model that is named. */
  public Classification classify(ModelTarget model, byte[] encoded, int topK) {
    requireTopK(topK);
    try (Lease lease = models.lease(model)) {
      return classify(lease.model(), encoded, topK);
    }
  }

  private Classification classify(ServedModel served, byte[] encoded, int topK) {
    float[] logits = inferImages(served, List.of(encoded)).logits();
    return new Classification(
        served.id().name(),
        served.id().version(),
        served.manifest().trained(),
        TopClasses.of(logits, served.version().labels(), topK));
  }

  /** Classifies several encoded images in one forward. A bad one fails alone. */
  public ClassificationBatch classifyEach(Optional<String> model, List<byte[]> encoded, int topK) {
    requireTopK(topK);
    try (Lease lease = models.lease(model)) {
      ServedModel served = lease.model();
      List<String> labels = served.version().labels();
      List<ClassificationBatch.Outcome> outcomes = new ArrayList<>();
      Inference inference = inferImages(served, encoded);
      int classes = inference.logits().length / inference.samples();
      for (int image = 0; image < encoded.size(); image++) {
        ServiceException refused = inference.refused().get(image);
        int from = image * classes;
        outcomes.add(
            refused == null
                ? new ClassificationBatch.Outcome.Classified(
                    TopClasses.of(
                        Arrays.copyOfRange(inference.logits(), from, from + classes), labels, topK))
                : new ClassificationBatch.Outcome.Refused(refused));
      }
      return new ClassificationBatch(
          served.id().name(), served.id().version(), served.manifest().trained(), outcomes);
    }
  }

  private static void requireTopK(int topK) {
    if (topK < 1) {
      throw new ServiceException.InvalidRequest("top_k: expected at least 1, found " + topK);
    }
  }

  /** Logits of encoded images, in their order. A bad one fails alone, unless all are bad. */
  public Inference inferImages(ModelTarget model, List<byte[]> encoded) {
    try (Lease lease = models.lease(model)) {
      return inferImages(lease.model(), encoded);
    }
  }

  /**
   * Logits of normalised tensors.
   *
   * @param shape as the client declared it: {@code [n, 3, h, w]} of the model's input size
   * @param values native byte order, row-major, as many as the shape says
   */
  public Inference inferTensor(ModelTarget model, long[] shape, ByteBuffer values) {
    try (Lease lease = models.lease(model)) {
      Architecture net = lease.model().manifest().architecture();
      requireShape(model, shape, 3, net.inputHeight(), net.inputWidth());
      return inferInput(lease.model(), InputKind.NORMALISED, shape, values);
    }
  }

  /**
   * Logits of pictures that are decoded and of the model's size.
   *
   * @param shape as the client declared it: {@code [n, h, w, 3]}
   * @param pixels RGB, row-major, as many as the shape says
   */
  public Inference inferPixels(ModelTarget model, long[] shape, ByteBuffer pixels) {
    try (Lease lease = models.lease(model)) {
      Architecture net = lease.model().manifest().architecture();
      requireShape(model, shape, net.inputHeight(), net.inputWidth(), 3);
      return inferInput(lease.model(), InputKind.IMAGES, shape, pixels);
    }
  }

  private static void requireShape(ModelTarget model, long[] shape, long... sample) {
    if (shape.length != 4
        || shape[0] < 1
        || !Arrays.equals(Arrays.copyOfRange(shape, 1, 4), sample)) {
      throw new ServiceException.InvalidRequest(
          "%s takes input of shape [n, %d, %d, %d], found %s"
              .formatted(model.name(), sample[0], sample[1], sample[2], Arrays.toString(shape)));
    }
  }

  private Inference inferImages(ServedModel served, List<byte[]> encoded) {
    return counted(
        served,
        request -> {
          PreparedImages images = preparation.prepare(served, encoded);
          float[] logits = run(served, images.input(), request);
          return inference(served, images.count(), images.spread(logits), images.refused());
        });
  }

  private Inference inferInput(
      ServedModel served, InputKind kind, long[] shape, ByteBuffer content) {
    return counted(
        served,
        request -> {
          ModelInput input = new ModelInput(kind, Math.toIntExact(shape[0]), content);
          float[] logits = run(served, input, request);
          return inference(served, input.samples(), logits, new TreeMap<>());
        });
  }

  private static Inference counted(
      ServedModel served, Function<InferenceStatistics.Request, Inference> work) {
    InferenceStatistics.Request request = served.statistics().begin();
    try {
      return work.apply(request);
    } catch (RuntimeException e) {
      request.failed();
      throw e;
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

  private float[] run(ServedModel served, ModelInput input, InferenceStatistics.Request request) {
    request.prepared();
    LaneAnswer answer = forward(served, input);
    float[] logits = answer.logits();
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        if (input.kind() == InputKind.NORMALISED && holdsExtremes(input)) {
          throw new ServiceException.InvalidRequest(
              "the input's values are too large to be computed with, beyond %s".formatted(EXTREME));
        }
        if (input.kind() == InputKind.IMAGES) { // of tensors it may be the client's doing
          observer.failed(served.id());
        }
        throw new ServiceException.EngineFailure(
            "%s answered with a logit that is not finite: %s".formatted(served.id(), logit), null);
      }
    }
    observer.answered(served.id());
    request.succeeded(input.samples(), answer.queueNanos(), answer.inferNanos());
    return logits;
  }

  private static boolean holdsExtremes(ModelInput input) {
    FloatBuffer values = input.content().duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
    while (values.hasRemaining()) {
      if (Math.abs(values.get()) > EXTREME) {
        return true;
      }
    }
    return false;
  }

  private LaneAnswer forward(ServedModel served, ModelInput input) {
    CompletableFuture<LaneAnswer> answer = served.lane().submit(input);
    try {
      return answer.get();
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
