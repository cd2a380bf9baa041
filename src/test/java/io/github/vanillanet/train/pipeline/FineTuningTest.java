package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.SeededWeights;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.Candidate;
import io.github.vanillanet.model.repository.ModelPublisher;
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

    assertThat(recipe.deepTraining()).isTrue();
    assertThat(recipe.actNum()).isEqualTo(3);
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
          {"width: 0.125", "width"},
          {"act_num: 1", "act_num"},
          {"series: 'off'", "act_num"},
          {"deep_training: 'off'", "deep_training"}
        }) {
      assertThatThrownBy(() -> inherited("name: 'b', fine_tune_from: 'painted', " + mismatch[0]))
          .has(code(ErrorCode.INVALID_REQUEST))
          .hasMessageStartingWith(mismatch[1] + ": ");
    }
  }

  @Test
  void layersOfOneConvolutionAreInherited() throws IOException {
    publish(", deep_training: 'off', decay_epochs: 0, series: 2");

    Recipe recipe = Recipe.of(inherited("name: 'b', fine_tune_from: 'painted', series: 2"));

    assertThat(recipe.deepTraining()).isFalse();
    assertThat(recipe.actNum()).isEqualTo(2);
    assertThatThrownBy(
            () -> inherited("name: 'b', fine_tune_from: 'painted', deep_training: 'on', dims: [1]"))
        .has(code(ErrorCode.INVALID_REQUEST))
        .hasMessageContainingAll("deep_training: ", "dims: ");
  }

  @Test
  void weightsOfTheDeployedFormCannotBeTrained() {
    Network deployed =
        Network.of(
            new Architecture(VanillaNetVariant.VANILLANET_5, List.of(8, 8, 8, 8), 3, 2, 32, 32),
            Form.DEPLOYED);
    new ModelPublisher(TorchRuntime.load(), new Trainings(folder).repository(), 1, step -> {})
        .publish(
            new Candidate(
                "seeded",
                deployed,
                SeededWeights.of(deployed, 1),
                1,
                Preprocessing.official(32, 32),
                List.of("a", "b"),
                false,
                "seed 1"));

    assertThatThrownBy(() -> inherited("name: 'b', fine_tune_from: 'seeded'"))
        .has(code(ErrorCode.INVALID_REQUEST))
        .hasMessageStartingWith("fine_tune_from: ");
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
    publish("");
  }

  private void publish(String further) throws IOException {
    Path data = PaintedDataset.write(folder.resolve("data"), 40, false);
    new Trainings(folder).run("first", data, further);
  }
}
