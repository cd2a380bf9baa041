package io.github.vanillanet.serve.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.problem.StatusTable;
import io.github.vanillanet.serve.inference.ClassificationBatch;
import io.github.vanillanet.serve.inference.ClassificationBatch.Outcome.Classified;
import io.github.vanillanet.serve.inference.ClassificationBatch.Outcome.Refused;
import io.github.vanillanet.serve.inference.Prediction;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answer to several images.
 *
 * @param results one for each image, in their order
 */
@Schema
public record BatchView(String model, int version, boolean trained, List<Result> results) {

  /**
   * What became of one image.
   *
   * @param index of the image in the request, from 0
   * @param predictions if it is one
   * @param status that it would have got alone, if it was refused
   * @param code name of the failure, if it was refused
   * @param error what was expected and what was found, if it was refused
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Result(
      int index,
      Optional<List<Prediction>> predictions,
      Optional<Integer> status,
      Optional<String> code,
      Optional<String> error) {

    static Result of(int index, ClassificationBatch.Outcome outcome) {
      if (outcome instanceof Classified classified) {
        return new Result(
            index,
            Optional.of(classified.predictions()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
      }
      ServiceException reason = ((Refused) outcome).reason();
      return new Result(
          index,
          Optional.empty(),
          Optional.of(StatusTable.status(reason.code())),
          Optional.of(reason.code().name()),
          Optional.of(reason.getMessage()));
    }
  }

  static BatchView of(ClassificationBatch batch) {
    return new BatchView(
        batch.model(),
        batch.version(),
        batch.trained(),
        IntStream.range(0, batch.outcomes().size())
            .mapToObj(index -> Result.of(index, batch.outcomes().get(index)))
            .toList());
  }
}
