package io.github.vanillanet.train.look;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Recipes;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FitTest {

  private static final long GIGABYTE = 1L << 30;
  private static final DataFacts DATA = DefaultsTest.facts(900, 100);

  private static Defaults defaults(String members) {
    return new Defaults(
        Recipes.json("name: 'a', variant: 'vanillanet_5'" + members),
        DATA,
        new Machine("cpu", 2, 2 * GIGABYTE));
  }

  /** Half a gigabyte for the process, and as given for each image. */
  private static Measured measured(double secondsPerImage, long bytesPerImage, int most) {
    return new Measured(
        IntStream.iterate(1, batch -> batch <= most, batch -> 2 * batch)
            .mapToObj(batch -> step(batch, secondsPerImage, bytesPerImage))
            .toList(),
        Measured.End.COMPLETE,
        2 * GIGABYTE);
  }

  private static Measured.Step step(int batch, double secondsPerImage, long bytesPerImage) {
    return new Measured.Step(
        batch, batch * secondsPerImage, OptionalLong.of(GIGABYTE / 2 + batch * bytesPerImage));
  }

  private static Recipe fitted(String members, Measured measured) {
    Defaults defaults = defaults(members);
    RecipeChoice first = defaults.choose(Limits.NONE);
    return defaults.choose(new Fit(defaults, first, measured).tighten(Limits.NONE)).recipe();
  }

  @Test
  void aRecipeThatFitsIsUnchanged() {
    assertThat(fitted("", measured(0.001, 1 << 20, 64)))
        .isEqualTo(defaults("").choose(Limits.NONE).recipe());
  }

  @Test
  void aSmallerBatchFitsIntoTheMemory() {
    Recipe recipe = fitted("", measured(0.001, 20 << 20, 64)); // 32 images take 1.1 GB of 1.2 GB

    assertThat(recipe.batchSize()).isEqualTo(32);
    assertThat(recipe.width()).hasValue(0.125);
  }

  @Test
  void aSmallerNetworkFollowsIfTheSmallestBatchDoesNotFit() {
    Recipe recipe = fitted("", measured(0.001, 200 << 20, 64));

    assertThat(recipe.batchSize()).isEqualTo(8);
    assertThat(recipe.inputSize()).isEqualTo(64);
  }

  @Test
  void fewerEpochsFitIntoTheBudget() {
    Recipe all = fitted("", measured(0.001, 1 << 20, 64));
    double seconds = Plan.Estimate.of(all, DATA, measured(0.01, 1 << 20, 64)).seconds();
    assertThat(seconds).isBetween(420.0, 840.0); // of a budget of 600

    Recipe recipe = fitted("", measured(0.01, 1 << 20, 64));

    assertThat(recipe.epochs()).isBetween(all.epochs() / 2, all.epochs() - 1);
    assertThat(recipe.inputSize()).isEqualTo(all.inputSize());
  }

  @Test
  void aSmallerNetworkFitsIntoAShortBudget() {
    Recipe recipe = fitted(", budget: '30s'", measured(0.01, 1 << 20, 64));

    assertThat(recipe.inputSize()).isEqualTo(64);
    assertThat(recipe.width().orElseThrow()).isLessThan(0.125);
    assertThat(recipe.budget()).contains("30s");
  }

  @Test
  void aBudgetNeverChangesMembersOfTheRequest() {
    String members = ", budget: '30s', epochs: 40, width: 0.25, input_size: 96";
    Measured slow = measured(0.1, 1 << 20, 64);

    Recipe recipe = fitted(members, slow);

    assertThat(recipe.epochs()).isEqualTo(40);
    assertThat(recipe.width()).hasValue(0.25);
    assertThat(recipe.inputSize()).isEqualTo(96);
    assertThat(Objections.of(recipe, DATA, Optional.of(slow)))
        .singleElement()
        .asString()
        .startsWith("budget: ")
        .contains("epochs", "input_size", "width");
  }

  @Test
  void memoryThatIsMissingIsAnObjectionWithAdvice() {
    Measured large = measured(0.001, 20 << 20, 64);
    Recipe recipe = fitted(", batch_size: 64", large);

    assertThat(recipe.batchSize()).isEqualTo(64);
    assertThat(Objections.of(recipe, DATA, Optional.of(large)))
        .singleElement()
        .asString()
        .startsWith("batch_size: ")
        .contains("batch_size to 32", "input_size", "width");
  }
}
