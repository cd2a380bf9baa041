package io.github.vanillanet.serve.api.compat;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.http.HttpCall;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.ClassificationService;
import io.github.vanillanet.serve.inference.Explanation;
import io.github.vanillanet.serve.inference.Inference;
import io.github.vanillanet.serve.inference.ModelTarget;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Classifies images that arrive as base64, and answers as KServe and TorchServe do. */
@Singleton
final class JsonImages {

  private static final String PRECISION = "X-Precision";
  private static final String NO_PRECISION = "none";

  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

  /** More than the media type of a {@code data:} URL has. */
  private static final int MAX_HEAD = 256;

  private final ClassificationService service;
  private final InstancesReader reader;

  JsonImages(ClassificationService service, ServingConfig config) {
    this.service = service;
    this.reader = new InstancesReader(config.queueCapacity(), config.maxImageBody().asLongValue());
  }

  /**
   * The answer of KServe's protocol V1.
   *
   * @param predictions for each image, label to probability, or {@code error}
   * @param precisions that computed the predictions; {@code none} beside an error
   * @param unchecked indices of uncertain predictions that the deadline left no time to compute
   *     again; absent if there are none
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Predictions(
      List<Map<String, ?>> predictions,
      List<String> precisions,
      Optional<List<Integer>> unchecked) {}

  /** Classifies the images of a JSON body. */
  Predictions predictions(RoutingContext context, ModelTarget target, InputStream body) {
    return predictions(context, target, reader.read(body, HttpCall.memory(context)));
  }

  /**
   * The answer of KServe's protocol V1 to a request for explanations.
   *
   * @param explanations for each image
   */
  public record Explanations(List<Explanation> explanations) {}

  /** Explains the answers to the images of a JSON body; fails if one is invalid. */
  Explanations explanations(RoutingContext context, ModelTarget target, InputStream body) {
    Call call = HttpCall.call(context);
    call.requestMaps();
    return service.images(
        call,
        target,
        reader.read(body, HttpCall.memory(context)).encoded(),
        false,
        inference ->
            new Explanations(
                IntStream.range(0, inference.samples())
                    .mapToObj(
                        sample -> Explanation.of(inference, sample, OptionalInt.empty(), call))
                    .toList()));
  }

  private Predictions predictions(
      RoutingContext context, ModelTarget target, InstancesReader.Images images) {
    Call call = HttpCall.call(context);
    return service.images(
        call, target, images.encoded(), true, inference -> predictions(inference, call));
  }

  /**
   * Classifies a body that is an image, an image in base64, or JSON.
   *
   * @return the five best labels of one image, or {@link Predictions} for a list of images
   */
  Object classify(RoutingContext context, ModelTarget target, byte[] body) {
    if (firstCharacter(body) == '{') {
      InstancesReader.Images images =
          reader.read(new ByteArrayInputStream(body), HttpCall.memory(context));
      return images.listed()
          ? predictions(context, target, images)
          : bestLabels(context, target, images.encoded().get(0));
    }
    return bestLabels(context, target, decoded(body, HttpCall.memory(context)).orElse(body));
  }

  Map<String, Double> bestLabels(RoutingContext context, ModelTarget target, byte[] image) {
    Call call = HttpCall.call(context);
    return service.images(
        call,
        target,
        List.of(image),
        true,
        inference -> {
          context.response().putHeader(PRECISION, precision(inference));
          return LabelledProbabilities.of(inference.top(0, call));
        });
  }

  /** The answer has no place for other values than labels and probabilities. */
  private static String precision(Inference inference) {
    boolean unchecked = inference.unchecked(0).orElse(false);
    return inference.precision(0) + (unchecked ? "; unchecked" : "");
  }

  private static Predictions predictions(Inference inference, Call call) {
    List<Map<String, ?>> predictions = new ArrayList<>();
    List<String> precisions = new ArrayList<>();
    List<Integer> unchecked = new ArrayList<>();
    for (int sample = 0; sample < inference.samples(); sample++) {
      Optional<ServiceException> failure = inference.rejection(sample);
      predictions.add(
          failure.isPresent()
              ? Map.of("error", failure.get().getMessage())
              : LabelledProbabilities.of(inference.top(sample, call)));
      precisions.add(failure.isPresent() ? NO_PRECISION : inference.precision(sample));
      if (inference.unchecked(sample).orElse(false)) {
        unchecked.add(sample);
      }
    }
    return new Predictions(
        predictions, precisions, Optional.of(unchecked).filter(some -> !some.isEmpty()));
  }

  /** The first byte that is not a space; 0 if there is none. */
  private static int firstCharacter(byte[] body) {
    for (byte character : body) {
      if (character < 0 || character > ' ') {
        return character;
      }
    }
    return 0;
  }

  /**
   * Decodes a body that is only base64, of either alphabet, or a {@code data:} URL.
   *
   * @return empty if it is anything else, as files of all image formats are
   */
  private static Optional<byte[]> decoded(byte[] body, LongConsumer memory) {
    String head = new String(body, 0, Math.min(body.length, MAX_HEAD), StandardCharsets.US_ASCII);
    int start = head.startsWith("data:") ? head.indexOf(',') + 1 : 0;
    byte[] text = new byte[body.length - start];
    memory.accept(2L * text.length);
    int length = 0;
    for (int at = start; at < body.length; at++) {
      byte character = body[at];
      switch (character) {
        case ' ', '\t', '\r', '\n' -> {}
        case '-' -> text[length++] = '+';
        case '_' -> text[length++] = '/';
        default -> {
          if (BASE64.indexOf(character) < 0) {
            return Optional.empty();
          }
          text[length++] = character;
        }
      }
    }
    try {
      return Optional.of(Base64.getDecoder().decode(Arrays.copyOf(text, length)));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // a word without padding, for example
    }
  }
}
