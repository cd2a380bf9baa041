package io.github.vanillanet.train.look;

import io.github.vanillanet.model.network.Cost;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.train.loop.Budget;
import io.github.vanillanet.train.loop.Recipe;
import java.util.Optional;

/**
 * Fits a choice to the memory limit and the budget, with steps that were measured with its network.
 *
 * @param tried the recipe of the measured steps
 * @param measured the steps
 */
public record Fit(Defaults defaults, RecipeChoice tried, Measured measured) {

  /** A training leaves the rest of the memory to other programs and to the system's cache. */
  static final double MEMORY_SHARE = 0.6;

  /** The rest of the budget is for reading, fusing and evaluating, and for a busy machine. */
  private static final double BUDGET_SHARE = 0.7;

  private static final int LEAST_BATCH = 8;

  /** The network is made smaller if fewer than this share of the epochs would fit. */
  private static final double LEAST_EPOCHS_SHARE = 1 / 3.0;

  /** Limits that are at most those given. */
  public Limits tighten(Limits limits) {
    return forTime(forMemory(limits));
  }

  private Limits forMemory(Limits limits) {
    int batch = tried.recipe().heaviest().batchSize();
    if (fits(batch)) {
      return limits;
    }
    Limits tighter = limits;
    if (tried.chose(Defaults.BATCH_SIZE)) {
      batch = Math.min(batch, Math.max(LEAST_BATCH, largestBatch()));
      tighter = limits.withBatchSize(batch);
    }
    return fits(batch)
        ? tighter
        : smallerNetwork(tighter, defaults.choose(tighter)).orElse(tighter);
  }

  /** A device without memory for a batch ends the measurement before the limit of the process. */
  private int largestBatch() {
    int extrapolated = measured.largestBatch(MEMORY_SHARE);
    return measured.end() == Measured.End.MEMORY
        ? Math.min(extrapolated, measured.largestMeasured())
        : extrapolated;
  }

  private boolean fits(int batch) {
    boolean measuredIt = batch <= measured.largestMeasured();
    return (measuredIt || measured.end() != Measured.End.MEMORY)
        && measured.memoryBytes(batch).orElse(0) <= MEMORY_SHARE * measured.memoryLimitBytes();
  }

  private Limits forTime(Limits limits) {
    RecipeChoice choice = defaults.choose(limits);
    if (choice.recipe().budget().isEmpty() || !tried.chose(Defaults.EPOCHS)) {
      return limits;
    }
    double available = BUDGET_SHARE * Budget.parse(choice.recipe().budget().get()).toMillis() / 1e3;
    double needed = seconds(choice.recipe());
    Limits tighter = limits;
    Optional<Limits> smaller = Optional.of(limits);
    while (LEAST_EPOCHS_SHARE * needed > available && smaller.isPresent()) {
      tighter = smaller.get();
      choice = defaults.choose(tighter);
      needed = seconds(choice.recipe());
      smaller = smallerNetwork(tighter, choice);
    }
    int wanted = choice.recipe().epochs();
    return needed <= available
        ? tighter
        : tighter.withEpochs(Math.max(1, (int) (wanted * available / needed)));
  }

  /** Estimated time of a recipe, whose network may differ from the measured one. */
  private double seconds(Recipe recipe) {
    double ratio = (double) macs(recipe) / macs(tried.recipe());
    return ratio * Plan.Estimate.of(recipe, defaults.data(), measured).seconds();
  }

  private long macs(Recipe recipe) {
    return Cost.of(Network.of(recipe.architecture(defaults.data().classes()), Form.TRAINING))
        .macs();
  }

  /** The next smaller input size, or half the width; empty if none of them is open. */
  private static Optional<Limits> smallerNetwork(Limits limits, RecipeChoice choice) {
    if (choice.chose(Defaults.INPUT_SIZE)) {
      for (int i = Rules.INPUT_SIZES.length - 1; i >= 0; i--) {
        if (Rules.INPUT_SIZES[i] < choice.recipe().inputSize()) {
          return Optional.of(limits.withInputSize(Rules.INPUT_SIZES[i]));
        }
      }
    }
    double width = choice.recipe().width().orElse(0);
    return choice.chose(Defaults.WIDTH) && width > Rules.SMALLEST_WIDTH
        ? Optional.of(limits.withWidth(width / 2))
        : Optional.empty();
  }
}
