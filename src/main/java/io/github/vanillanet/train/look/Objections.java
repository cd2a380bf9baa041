package io.github.vanillanet.train.look;

import io.github.vanillanet.train.loop.Budget;
import io.github.vanillanet.train.loop.Recipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reasons not to start a recipe, with advice on what to change. */
public final class Objections {

  /** A training leaves the rest of the memory to the service and to the system's cache. */
  private static final double USABLE_MEMORY = 0.8;

  private Objections() {}

  /** The objections to a recipe; empty if it can start. */
  public static List<String> of(Recipe recipe, DataFacts data, Optional<Measured> measured) {
    List<String> objections = new ArrayList<>();
    int most = mostImages(recipe);
    if (data.trainingImages() < most) {
      objections.add(
          "batch_size: a step takes %d images, but there are only %d training images"
              .formatted(most, data.trainingImages()));
    }
    measured.flatMap(steps -> memory(recipe, steps)).ifPresent(objections::add);
    measured.flatMap(steps -> time(recipe, data, steps)).ifPresent(objections::add);
    return objections;
  }

  /** Images of the largest step. */
  static int mostImages(Recipe recipe) {
    return recipe.plan().stream().mapToInt(recipe::imagesPerStep).max().orElseThrow();
  }

  private static Optional<String> memory(Recipe recipe, Measured measured) {
    int batch = recipe.heaviest().batchSize();
    long needed = measured.memoryBytes(batch).orElse(0);
    double usable = USABLE_MEMORY * measured.memoryLimitBytes();
    return needed <= usable
        ? Optional.empty()
        : Optional.of(
            text(
                "batch_size: %d images need %.1f GB of memory, %.1f GB are available; set"
                    + " batch_size to %d or less, or a smaller input_size or width",
                batch, needed / 1e9, usable / 1e9, measured.largestBatch(Fit.MEMORY_SHARE)));
  }

  private static Optional<String> time(Recipe recipe, DataFacts data, Measured measured) {
    double seconds = Plan.Estimate.of(recipe, data, measured).seconds();
    return recipe
        .budget()
        .map(Budget::parse)
        .map(Duration::toSeconds)
        .filter(budget -> seconds > budget)
        .map(
            budget ->
                text(
                    "budget: %d epochs take about %.1f min, the budget is %.1f min; set a larger"
                        + " budget, or fewer epochs, a smaller input_size or width",
                    recipe.epochs(), seconds / 60, budget / 60.0));
  }

  private static String text(String format, Object... facts) {
    return String.format(Locale.ROOT, format, facts);
  }
}
