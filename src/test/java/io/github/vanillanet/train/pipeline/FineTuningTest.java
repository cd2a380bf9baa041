package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Recipes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningTest {

  @TempDir Path folder;

  private JsonNode inherited(String members) {
    return FineTuning.inherited(Recipes.json(members), new Trainings(folder).repository());
  }

  @Test
  void theArchitectureAndTheInputSizeAreInherited() throws IOException {
    publish();

    Recipe recipe = Recipe.of(inherited("name: 'b', fine_tune_from: 'painted'"));

    assertThat(recipe.variant()).isEqualTo("vanillanet_5");
    assertThat(recipe.dims()).isEqualTo(List.of(8, 8, 16, 16));
    assertThat(recipe.inputSize()).isEqualTo(32);
    JsonNode larger = inherited("name: 'b', fine_tune_from: 'painted/1', input_size: 64");
    assertThat(larger.get("input_size").asInt()).isEqualTo(64);
    JsonNode staged =
        inherited("name: 'b', fine_tune_from: 'painted', stages: [{input_size: 48, epochs: 2}]");
    assertThat(staged.has("input_size")).isFalse();
  }

  @Test
  void aMismatchNamesTheMember() throws IOException {
    publish();

    for (String[] mismatch :
        new String[][] {
          {"variant: 'vanillanet_6'", "variant"},
          {"dims: [8, 8, 16, 32]", "dims"},
          {"width: 0.125", "dims"},
          {"act_num: 1", "act_num"}
        }) {
      assertThatThrownBy(() -> inherited("name: 'b', fine_tune_from: 'painted', " + mismatch[0]))
          .has(code(ErrorCode.INVALID_REQUEST))
          .hasMessageStartingWith(mismatch[1] + ": ");
    }
  }

  @Test
  void anAbsentModelIsNotFound() throws IOException {
    publish();

    for (String model : List.of("absent", "painted/9")) {
      assertThatThrownBy(() -> inherited("name: 'b', fine_tune_from: '" + model + "'"))
          .has(code(ErrorCode.MODEL_NOT_FOUND));
    }
  }

  @Test
  void otherRequestsStayAsTheyAre() {
    JsonNode request = Recipes.json("name: 'a', variant: 'vanillanet_5'");

    assertThat(FineTuning.inherited(request, new Trainings(folder).repository())).isSameAs(request);
  }

  private void publish() throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);
    new Trainings(folder).run("first", data, "");
  }
}
