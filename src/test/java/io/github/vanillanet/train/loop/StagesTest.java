package io.github.vanillanet.train.loop;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stages of a recipe, and what they take from it. */
class StagesTest {

  @Test
  void stagesTakeFromTheRecipeWhatTheyLeaveOut() {
    Recipe recipe =
        Recipes.of(
            "learning_rate: 0.01, batch_size: 64, stages: [{input_size: 64, epochs: 25},"
                + " {input_size: 96, epochs: 5, learning_rate: 0.003, batch_size: 32},"
                + " {input_size: 128, epochs: 15, warmup_epochs: 0}]");

    assertThat(recipe.epochs()).isEqualTo(45);
    assertThat(recipe.inputSize()).isEqualTo(128);
    assertThat(recipe.decayEpochs()).isEqualTo(15);
    assertThat(recipe.plan())
        .containsExactly(
            new Stage(64, 25, 64, 0.01, 1e-6, 2),
            new Stage(96, 5, 32, 0.003, 1e-6, 0.5),
            new Stage(128, 15, 64, 0.01, 1e-6, 0));
    assertThat(Recipe.of(recipe.toJson())).isEqualTo(recipe);
  }

  @Test
  void aRecipeWithoutStagesHasOneStage() {
    Recipe recipe = Recipes.of("epochs: 10, input_size: 64");

    assertThat(recipe.stages()).isEmpty();
    assertThat(recipe.plan()).containsExactly(new Stage(64, 10, 128, 8e-3, 1e-6, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "stages: [{input_size: 64}]                             | stages[0].epochs",
        "stages: [{input_size: 4, epochs: 3}]                   | stages[0].input_size",
        "stages: [{epochs: 3}]                                  | stages[0].input_size",
        "stages: [{input_size: 64, epochs: 0}]                  | stages[0].epochs",
        "stages: [{input_size: 64, epochs: 3, size: 3}]         | stages[0].size",
        "stages: [{input_size: 64, epochs: 3, batch_size: 0}]   | stages[0].batch_size",
        "stages: [{input_size: 64, epochs: 3, learning_rate: -1}] | stages[0].learning_rate",
        "stages: [{input_size: 64, epochs: 3, min_learning_rate: -1}] |"
            + " stages[0].min_learning_rate",
        "stages: [{input_size: 64, epochs: 3, warmup_epochs: 4}] | stages[0].warmup_epochs",
        "stages: [{input_size: 64, epochs: 3}], epochs: 4       | epochs",
        "stages: [{input_size: 64, epochs: 3}], input_size: 32  | input_size",
        "stages: [{input_size: 9, epochs: 3}, {input_size: 64, epochs: 3}] | input_size",
        "stages: 3                                              | stages",
        "stages: [3]                                            | stages[0]",
      })
  void anImpossibleStageIsRejectedWithTheNameOfTheMember(String members, String member) {
    assertThatThrownBy(() -> Recipes.of(members))
        .has(code(ErrorCode.INVALID_REQUEST))
        .message()
        .startsWith(member + ": ");
  }

  @Test
  void stagesWithSeveralProblemsNameEachOfThem() {
    assertThatThrownBy(
            () ->
                Recipes.of("stages: [{input_size: 64}, {epochs: 2, learning_rate: -1}], mixup: -1"))
        .has(code(ErrorCode.INVALID_REQUEST))
        .hasMessageContainingAll(
            "stages[0].epochs", "stages[1].input_size", "stages[1].learning_rate", "mixup");
  }
}
