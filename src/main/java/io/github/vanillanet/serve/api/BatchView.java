package io.github.vanillanet.serve.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.http.HttpError;
import io.github.vanillanet.serve.inference.Call;
import io.github.vanillanet.serve.inference.Inference;
import io.github.vanillanet.serve.inference.Prediction;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answer to several images.
 *
 * @param domainExperimental true if the model's hint is experimental, otherwise absent
 * @param results one for each image, in their order
 */
@Schema
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record BatchView(
    String model,
    int version,
    boolean trained,
    Optional<Boolean> domainExperimental,
    List<Result> results) {

  /**
   * The result of one image: predictions, or the failure that a separate request with this image
   * would have.
   *
   * @param index of the image in the request, from 0
   * @param precision as in {@link io.github.vanillanet.serve.inference.Classification}
   * @param unchecked as there
   * @param outOfDomain as there
   * @param domainScore as there
   * @param inexact as there
   */
  @Schema(name = "ImageResult") // trainings also have a Result
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Result(
      int index,
      Optional<String> precision,
      Optional<Boolean> unchecked,
      Optional<Boolean> outOfDomain,
      Optional<Float> domainScore,
      Optional<String> inexact,
      Optional<List<Prediction>> predictions,
      Optional<Integer> status,
      Optional<String> code,
      Optional<String> error) {

    private static Result of(Inference inference, int index, Call call) {
      Optional<ServiceException> failure = inference.rejection(index);
      return new Result(
          index,
          failure.isPresent() ? Optional.empty() : Optional.of(inference.precision(index)),
          failure.isPresent() ? Optional.empty() : inference.unchecked(index),
          failure.isPresent() ? Optional.empty() : inference.outOfDomain(index),
          failure.isPresent() ? Optional.empty() : inference.domainScore(index),
          Optional.ofNullable(inference.inexact().get(index)),
          failure.isPresent() ? Optional.empty() : Optional.of(inference.top(index, call)),
          failure.map(reason -> HttpError.status(reason.code())),
          failure.map(reason -> reason.code().name()),
          failure.map(ServiceException::getMessage));
    }
  }

  static BatchView of(Inference inference, Call call) {
    return new BatchView(
        inference.model(),
        inference.version(),
        inference.trained(),
        inference.domainExperimental(),
        IntStream.range(0, inference.samples())
            .mapToObj(index -> Result.of(inference, index, call))
            .toList());
  }
}
