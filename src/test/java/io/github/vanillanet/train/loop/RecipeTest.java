package io.github.vanillanet.train.loop;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTest {

  @Test
  void aRequestIsCompletedFromTheSmallPreset() {
    Recipe recipe = Recipes.of("input_size: 32, learning_rate: 0.01");

    assertThat(recipe.inputSize()).isEqualTo(32);
    assertThat(recipe.learningRate()).isEqualTo(0.01);
    assertThat(recipe.preset()).isEqualTo(Preset.SMALL);
    assertThat(recipe.dims()).isEqualTo(VanillaNetVariant.VANILLANET_5.dims());
    assertThat(recipe.epochs()).isEqualTo(30);
    assertThat(recipe.decayEpochs()).isEqualTo(10);
    assertThat(recipe.warmupEpochs()).isEqualTo(2);
    assertThat(recipe.batchSize()).isEqualTo(128);
    assertThat(recipe.optimizer()).isEqualTo(OptimizerKind.LAMB);
    assertThat(recipe.loss()).isEqualTo(LossKind.CROSS_ENTROPY);
    assertThat(recipe.randAugment()).isEqualTo("none");
    assertThat(recipe.compute()).isEqualTo(Compute.FLOAT32);
    assertThat(recipe.validationShare()).isEmpty();
  }

  @Test
  void thePaperAblationsAreMembers() {
    Recipe usual = Recipes.of("");
    Recipe plain = Recipes.of("deep_training: 'off', series: 'off', shortcut: 'before'");

    assertThat(usual.deepTraining()).isTrue();
    assertThat(usual.shortcut()).isEqualTo(ShortcutChoice.NONE);
    assertThat(usual.architecture(10).actNum()).isEqualTo(3);
    assertThat(plain.deepTraining()).isFalse();
    assertThat(plain.decayEpochs()).isZero();
    assertThat(plain.actNum()).isZero();
    assertThat(plain.shortcut()).isEqualTo(ShortcutChoice.BEFORE);
    assertThat(Recipe.of(plain.toJson())).isEqualTo(plain);
    assertThat(Recipes.of("series: 2, deep_training: 'on'"))
        .isEqualTo(Recipes.of("act_num: 2, deep_training: true"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "series: 'on'",
        "series: 3, act_num: 3",
        "series: -1",
        "deep_training: 'half'",
        "deep_training: 'off', decay_epochs: 3",
        "shortcut: 'around'",
        "variant: 'vanillanet_13_x1_5_ada_pool', shortcut: 'after'"
      })
  void anImpossibleAblationIsRejected(String members) {
    assertThatThrownBy(() -> Recipes.of(members)).has(code(ErrorCode.INVALID_REQUEST));
  }

  @Test
  void theSmallPresetDependsOnTheNumberOfEpochs() {
    Recipe recipe = Recipes.of("epochs: 9");

    assertThat(recipe.decayEpochs()).isEqualTo(3);
    assertThat(recipe.warmupEpochs()).isEqualTo(0.9);
  }

  @Test
  void theOfficialPresetIsThePublishedCommand() {
    Recipe recipe = Recipes.of("preset: 'official'");

    assertThat(recipe.epochs()).isEqualTo(300);
    assertThat(recipe.decayEpochs()).isEqualTo(100);
    assertThat(recipe.imagesPerStep(recipe.plan().get(0))).isEqualTo(1024);
    assertThat(recipe.learningRate()).isEqualTo(3.5e-3);
    assertThat(recipe.weightDecay()).isEqualTo(0.35);
    assertThat(recipe.mixup()).isEqualTo(0.1);
    assertThat(recipe.cutmix()).isEqualTo(1);
    assertThat(recipe.loss()).isEqualTo(LossKind.BINARY_CROSS_ENTROPY);
    assertThat(recipe.randAugment()).isEqualTo("rand-m7-mstd0.5-inc1");
    assertThat(recipe.erasing()).isEqualTo(0.25);
    assertThat(recipe.emaDecay()).isEqualTo(0.99996);
    assertThat(recipe.emaWarmup()).isFalse();
    assertThat(recipe.emaBatches()).isZero();
    assertThat(recipe.crop()).isEqualTo(Crop.RESIZED);
    assertThat(recipe.flip()).isTrue();
    assertThat(recipe.patience()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void eachVariantHasBothPresets(VanillaNetVariant variant) {
    for (Preset preset : Preset.values()) {
      Recipe recipe =
          Recipe.of(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("name", "tiny")
                  .put("variant", variant.modelName())
                  .put("preset", preset.name().toLowerCase(java.util.Locale.ROOT)));

      assertThat(recipe.architecture(10).variant()).isEqualTo(variant);
    }
  }

  @Test
  void aCompleteRecipeIsUnchanged() {
    Recipe recipe = Recipes.of("preset: 'official', width: 0.5, accumulation_steps: 4, seed: 9");

    assertThat(Recipe.of(recipe.toJson())).isEqualTo(recipe);
    assertThat(recipe.toJson().get("optimizer").asText()).isEqualTo("lamb");
    assertThat(recipe.toJson().get("preset").asText()).isEqualTo("official");
  }

  @Test
  void namesOfEarlierVersionsAreRead() {
    Recipe recipe = Recipes.of("batch_size: 8, accumulation: 3");

    assertThat(recipe.accumulationSteps()).isEqualTo(3);
    assertThat(recipe.imagesPerStep(recipe.plan().get(0))).isEqualTo(24);
    assertThat(recipe.toJson().has("accumulation")).isFalse();
    assertThatThrownBy(() -> Recipes.of("accumulation: 3, accumulation_steps: 3"))
        .has(code(ErrorCode.INVALID_REQUEST))
        .hasMessageContaining("accumulation_steps");
  }

  @Test
  void accumulationAloneDividesThePresetsBatch() {
    Recipe recipe = Recipes.of("accumulation_steps: 4");

    assertThat(recipe.batchSize()).isEqualTo(32);
    assertThat(recipe.imagesPerStep(recipe.plan().get(0))).isEqualTo(128);
  }

  @Test
  void aWidthScalesTheWidthsOfTheVariant() {
    Recipe recipe = Recipes.of("width: 0.125, input_size: 64");

    assertThat(recipe.dims()).isEqualTo(List.of(64, 128, 256, 512));
  }

  @Test
  void fineTuningPinsTheSlope() {
    Recipe recipe = Recipes.of("epochs: 30, decay_epochs: 10, fine_tune_from: 'tiny/1'");

    assertThat(recipe.decayEpochs()).isZero();
    assertThat(recipe.slope().at(0)).isEqualTo(1);
  }

  @Test
  void allProblemsAreReportedTogether() {
    assertThatThrownBy(
            () ->
                Recipe.of(
                    Recipes.json(
                        """
                        name: 'a/b', variant: 'resnet_50', epoch: 3, optimizer: 'adam',
                        batch_size: 'many', dims: [8, 8], learning_rate: -1, input_size: 7,
                        fine_tune_from: 'a', checkpoint: 'b', rand_augment: 'x', budget: 'soon',
                        stages: [{input_size: 64, epochs: 'x', size: 3}, {epochs: [], batch_size: {}}],
                        crop: 'square', tolerance: 2\
                        """)))
        .has(code(ErrorCode.INVALID_REQUEST))
        .message()
        .satisfies(
            message ->
                assertThat(List.of(message.split("; (?=[a-z_]+[:,\\[])")))
                    .map(problem -> problem.replaceAll(": .*", ""))
                    .containsExactlyInAnyOrder(
                        "name",
                        "variant",
                        "epoch",
                        "optimizer",
                        "batch_size",
                        "learning_rate",
                        "input_size",
                        "fine_tune_from, checkpoint",
                        "rand_augment",
                        "budget",
                        "stages[0].epochs",
                        "stages[0].size",
                        "stages[1].epochs",
                        "stages[1].batch_size",
                        "crop",
                        "tolerance"));
  }

  @Test
  void aMemberThatIsNullIsAbsent() {
    assertThat(Recipes.of("epochs: null, data: null")).isEqualTo(Recipes.of(""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "variant: 'vanillanet_5'                                | name",
        "name: 'a/b', variant: 'vanillanet_5'                   | name",
        "name: 'a'                                              | variant",
        "name: 'a', variant: 'resnet_50'                        | variant",
        "name: 'a', variant: 'vanillanet_5', epoch: 3           | epoch",
        "name: 'a', variant: 'vanillanet_5', preset: 'magic'    | preset",
        "name: 'a', variant: 'vanillanet_5', optimizer: 'adam'  | optimizer",
        "name: 'a', variant: 'vanillanet_5', loss: 'hinge'      | loss",
        "name: 'a', variant: 'vanillanet_5', compute: 'float16' | compute",
        "name: 'a', variant: 'vanillanet_5', epochs: 0          | epochs",
        "name: 'a', variant: 'vanillanet_5', epochs: 'many'     | epochs",
        "name: 'a', variant: 'vanillanet_5', epochs: [3]        | epochs",
        "name: 'a', variant: 'vanillanet_5', batch_size: 0      | batch_size",
        "name: 'a', variant: 'vanillanet_5', accumulation: 0    | accumulation_steps",
        "name: 'a', variant: 'vanillanet_5', accumulation: 5    | accumulation_steps",
        "name: 'a', variant: 'vanillanet_5', learning_rate: -1  | learning_rate",
        "name: 'a', variant: 'vanillanet_5', min_learning_rate: -1 | min_learning_rate",
        "name: 'a', variant: 'vanillanet_5', warmup_epochs: 31  | warmup_epochs",
        "name: 'a', variant: 'vanillanet_5', weight_decay: -1   | weight_decay",
        "name: 'a', variant: 'vanillanet_5', layer_decay: 0     | layer_decay",
        "name: 'a', variant: 'vanillanet_5', clip_norm: -1      | clip_norm",
        "name: 'a', variant: 'vanillanet_5', decay_epochs: 30   | decay_epochs",
        "name: 'a', variant: 'vanillanet_5', label_smoothing: 1 | label_smoothing",
        "name: 'a', variant: 'vanillanet_5', mixup: -1          | mixup",
        "name: 'a', variant: 'vanillanet_5', cutmix: -1         | cutmix",
        "name: 'a', variant: 'vanillanet_5', rand_augment: 'x'  | rand_augment",
        "name: 'a', variant: 'vanillanet_5', erasing: 1.1       | erasing",
        "name: 'a', variant: 'vanillanet_5', dropout: 1         | dropout",
        "name: 'a', variant: 'vanillanet_5', ema_decay: 1       | ema_decay",
        "name: 'a', variant: 'vanillanet_5', ema_batches: -1    | ema_batches",
        "name: 'a', variant: 'vanillanet_5', ema_warmup: 'x'    | ema_warmup",
        "name: 'a', variant: 'vanillanet_5', patience: -1       | patience",
        "name: 'a', variant: 'vanillanet_5', balance: 'even'    | balance",
        "name: 'a', variant: 'vanillanet_5', balance: 'weights', loss: 'binary_cross_entropy' |"
            + " balance",
        "name: 'a', variant: 'vanillanet_5', crop: 'square'     | crop",
        "name: 'a', variant: 'vanillanet_5', flip: 'up'         | flip",
        "name: 'a', variant: 'vanillanet_5', tolerance: 2       | tolerance",
        "name: 'a', variant: 'vanillanet_5', validation_share: 1 | validation_share",
        "name: 'a', variant: 'vanillanet_5', width: 0           | width",
        "name: 'a', variant: 'vanillanet_5', width: 0.5, dims: [1, 1, 1, 1] | width",
        "name: 'a', variant: 'vanillanet_5', dims: [8, 8]       | dims",
        "name: 'a', variant: 'vanillanet_5', dims: [8, 8, 8, 0] | dims",
        "name: 'a', variant: 'vanillanet_5', act_num: -1        | act_num",
        "name: 'a', variant: 'vanillanet_5', input_size: 7      | input_size",
        "name: 'a', variant: 'vanillanet_5', input_size: 9      | input_size",
        "name: 'a', variant: 'vanillanet_5', fine_tune_from: 'a', checkpoint: 'b' | checkpoint",
      })
  void anImpossibleRequestIsRejectedWithTheNameOfTheMember(String members, String member) {
    assertThatThrownBy(() -> Recipe.of(Recipes.json(members)))
        .has(code(ErrorCode.INVALID_REQUEST))
        .message()
        .matches("(\\w+, )?" + member + "(, \\w+)?: .*");
  }

  @Test
  void aRequestThatIsNotAnObjectIsRejected() {
    assertThatThrownBy(() -> Recipe.of(JsonNodeFactory.instance.arrayNode()))
        .has(code(ErrorCode.INVALID_REQUEST));
  }
}
