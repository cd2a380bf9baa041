package io.github.vanillanet.train.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Recipes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannedRequestTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "epochs: 3                           | epochs: 5                  | epochs: 5",
        "epochs: 3, width: 0.5               | dims: [8, 8, 8, 8]         | epochs: 3, dims: [8, 8,"
            + " 8, 8]",
        "dims: [8, 8, 8, 8]                  | width: 0.5                 | width: 0.5",
        "epochs: 3, input_size: 64           | stages: [{input_size: 32, epochs: 2}] | stages:"
            + " [{input_size: 32, epochs: 2}]",
        "stages: [{input_size: 32, epochs: 2}] | epochs: 5                | epochs: 5",
        "series: 2                           | act_num: 1                 | act_num: 1",
        "accumulation: 2                     | accumulation_steps: 4      | accumulation_steps: 4",
        "epochs: 3, seed: 1                  | epochs: null               | seed: 1",
      })
  void aChangeReplacesWhatItExcludes(String planned, String changes, String expected) {
    String common = "name: 'a', variant: 'vanillanet_5', ";

    ObjectNode merged =
        PlannedRequest.merged(Recipes.json(common + planned), (ObjectNode) Recipes.json(changes));

    assertThat(merged).isEqualTo(Recipes.json(common + expected));
    Recipe.of(merged);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "fine_tune_from: 'b'                 | name: 'm', fine_tune_from: 'b', epochs: 3",
        "checkpoint: 'c.pth'                 | name: 'm', checkpoint: 'c.pth', epochs: 3",
        "fine_tune_from: 'b', dims: [1]      | name: 'm', fine_tune_from: 'b', epochs: 3, dims:"
            + " [1]",
      })
  void anotherModelToStartFromReplacesTheInheritedNetwork(String changes, String expected) {
    ObjectNode merged =
        PlannedRequest.merged(
            Recipes.json(
                "name: 'm', fine_tune_from: 'a', variant: 'vanillanet_6', dims: [2], act_num: 1,"
                    + " deep_training: false, input_size: 64, epochs: 3"),
            (ObjectNode) Recipes.json(changes));

    assertThat(merged).isEqualTo(Recipes.json(expected));
  }
}
