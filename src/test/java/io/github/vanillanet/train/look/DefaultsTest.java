package io.github.vanillanet.train.look;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.train.dataset.ImageSizes;
import io.github.vanillanet.train.loop.Crop;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Recipes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefaultsTest {

  private static final Machine CPU = new Machine("cpu", 2, 8L << 30);

  static DataFacts facts(int images, int side) {
    ImageSizes.Range range = new ImageSizes.Range(side, side, side);
    return new DataFacts(
        List.of("class a", "class b", "class c"),
        images,
        Math.max(1, images / 10),
        new ImageSizes(range, range));
  }

  private static RecipeChoice choose(String members, DataFacts data) {
    return new Defaults(Recipes.json("name: 'a', variant: 'vanillanet_5'" + members), data, CPU)
        .choose(Limits.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    // images, side | input size, width, batch, epochs, budget
    "    9,   32,     64, 0.125,   9, 100, 10m",
    "   81,   32,     64, 0.125,  16, 100, 10m",
    "   81, 4000,    128, 0.125,  16, 100, 10m",
    "  900,  100,     96, 0.125,  64,  42, 10m",
    " 4500,  300,    160, 0.125, 128,  30, 30m",
    "45000,   32,     64,  0.25, 128,  30, 30m",
    "45000, 1000,    224,  0.25, 128,  30, 30m",
    "1000000, 500,   224,   0.5, 128,  30, 30m",
  })
  void openMembersFollowFromTheImages(
      int images, int side, int inputSize, double width, int batch, int epochs, String budget) {
    RecipeChoice choice = choose("", facts(images, side));

    Recipe recipe = choice.recipe();
    assertThat(recipe.inputSize()).isEqualTo(inputSize);
    assertThat(recipe.width()).hasValue(width);
    assertThat(recipe.batchSize()).isEqualTo(batch);
    assertThat(recipe.epochs()).isEqualTo(epochs);
    assertThat(recipe.budget()).contains(budget);
    assertThat(recipe.learningRate()).isLessThanOrEqualTo(8e-3);
    assertThat(choice.reasons())
        .containsKeys("input_size", "width", "batch_size", "epochs", "learning_rate", "budget");
    assertThat(choice.lines()).hasSameSizeAs(choice.reasons().keySet());
  }

  @Test
  void membersOfTheRequestWin() {
    String members =
        ", dims: [8, 8, 16, 16], input_size: 48, batch_size: 7, epochs: 5, learning_rate: 0.02,"
            + " crop: 'none', flip: true";

    RecipeChoice choice = choose(members, facts(81, 32));

    assertThat(choice.recipe())
        .isEqualTo(Recipe.of(Recipes.json("name: 'a', variant: 'vanillanet_5'" + members)));
    assertThat(choice.reasons()).isEmpty();
  }

  @Test
  void theOfficialPresetIsNeverChanged() {
    RecipeChoice choice = choose(", preset: 'official'", facts(81, 32));

    assertThat(choice.recipe())
        .isEqualTo(
            Recipe.of(Recipes.json("name: 'a', variant: 'vanillanet_5', preset: 'official'")));
    assertThat(choice.reasons()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "32, '', PADDED",
    "64, '', RESIZED",
    "500, '', RESIZED",
    "96, ', input_size: 128', PADDED"
  })
  void imagesSmallerThanTheInputAreShifted(int side, String members, Crop crop) {
    RecipeChoice choice = choose(members, facts(81, side));

    assertThat(choice.recipe().crop()).isEqualTo(crop);
    assertThat(choice.reasons()).containsKey("crop");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cat, dog                  | true",
        "copyright, bright, thrift | true",
        "model 3, model 4          | true",
        "a, bee                    | true",
        "turn left, straight       | false",
        "turnRight, straight       | false",
        "HAND_LEFT, HAND_OPEN      | false",
        "counterclockwise, none    | false",
        "0, 1, 10                  | false",
        "a, B, c                   | false",
        "one, two                  | false",
      })
  void imagesAreMirroredUnlessAClassNameSpeaksAgainstIt(String classes, boolean flip) {
    DataFacts facts = facts(81, 32);
    RecipeChoice choice =
        choose(
            "",
            new DataFacts(
                List.of(classes.split(", ")),
                facts.trainingImages(),
                facts.validationImages(),
                facts.sizes()));

    assertThat(choice.recipe().flip()).isEqualTo(flip);
    assertThat(choice.reasons()).containsKey("flip");
  }

  @Test
  void aBatchIsNeverLargerThanTheData() {
    RecipeChoice single = choose(", batch_size: 100, accumulation_steps: 2", facts(81, 32));
    RecipeChoice staged =
        choose(
            ", stages: [{input_size: 64, epochs: 3, batch_size: 100},"
                + " {input_size: 96, epochs: 3}]",
            facts(81, 32));

    assertThat(single.recipe().batchSize()).isEqualTo(40);
    assertThat(single.reasons()).containsKey("batch_size");
    assertThat(staged.recipe().plan()).extracting("batchSize").containsExactly(81, 16);
    assertThat(staged.recipe().inputSize()).isEqualTo(96);
    assertThat(staged.reasons()).containsKey("stages").doesNotContainKey("epochs");
  }

  @Test
  void fineTuningKeepsTheNetworkAndHalvesTheRate() {
    String from = ", fine_tune_from: 'b', dims: [8, 8, 16, 16], input_size: 32";

    RecipeChoice tuned = choose(from, facts(81, 500));
    RecipeChoice fresh = choose("", facts(81, 500));

    assertThat(tuned.recipe().inputSize()).isEqualTo(32);
    assertThat(tuned.recipe().width()).isEmpty();
    assertThat(tuned.recipe().decayEpochs()).isZero();
    assertThat(tuned.recipe().learningRate()).isEqualTo(fresh.recipe().learningRate() / 2);
  }
}
