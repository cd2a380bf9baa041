package io.github.vanillanet.train.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.VanillaNetVariant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Compares schedules and parameter groups with the official ones. */
class SchedulesTest {

  private static final JsonNode SCHEDULES = Oracle.json("recipe/schedules.json");

  @Test
  void learningRatesEqualTheOfficialOnesAtEveryStep() {
    for (String name : List.of("lr_small", "lr_small_warmup_steps_5")) {
      JsonNode official = SCHEDULES.get(name);
      LearningRateSchedule schedule = schedule(official);
      JsonNode values = official.get("values");
      for (int step = 0; step < values.size(); step++) {
        // math libraries differ in the last bits of cos
        assertThat(schedule.at(step))
            .as("%s, step %d", name, step)
            .isCloseTo(values.get(step).asDouble(), within(1e-17));
      }
    }
  }

  @Test
  void learningRatesOfThePublishedRunEqualTheOfficialOnes() {
    JsonNode official = SCHEDULES.get("lr_readme_vanillanet_5");
    LearningRateSchedule schedule = schedule(official);

    assertThat(schedule.totalSteps()).isEqualTo(official.get("total").asInt());
    official
        .get("at")
        .fields()
        .forEachRemaining(
            entry ->
                assertThat(schedule.at(Integer.parseInt(entry.getKey())))
                    .as("step " + entry.getKey())
                    .isCloseTo(entry.getValue().asDouble(), within(1e-17)));
  }

  @Test
  void slopesEqualTheOfficialOnes() {
    for (JsonNode official : SCHEDULES.get("act_learn")) {
      SlopeSchedule schedule =
          new SlopeSchedule(
              official.get("decay_epochs").asInt(), official.get("linear").asBoolean());
      for (int epoch = 0; epoch < official.get("epochs").asInt(); epoch++) {
        assertThat(schedule.at(epoch))
            .isCloseTo(official.get("values").get(epoch).asDouble(), within(1e-16));
      }
    }
  }

  @Test
  void parameterGroupsEqualTheOfficialOnes() {
    JsonNode all = Oracle.json("recipe/param_groups.json");
    all.fieldNames()
        .forEachRemaining(
            variant -> {
              JsonNode official = all.get(variant);
              Map<String, List<Double>> expected = new HashMap<>();
              for (JsonNode group : official.get("groups")) {
                for (JsonNode name : group.get("params")) {
                  expected.put(
                      name.asText(),
                      List.of(
                          group.get("weight_decay").asDouble(), group.get("lr_scale").asDouble()));
                }
              }
              Map<String, List<Double>> actual = new HashMap<>();
              Network network =
                  Network.of(
                      Architecture.official(VanillaNetVariant.named(variant).orElseThrow()),
                      Form.TRAINING);
              ParameterGroups.of(
                      network,
                      official.get("weight_decay").asDouble(),
                      official.get("layer_decay").asDouble())
                  .forEach(p -> actual.put(p.name(), List.of(p.weightDecay(), p.rateScale())));
              assertThat(actual).isEqualTo(expected);
            });
  }

  private static LearningRateSchedule schedule(JsonNode official) {
    int perEpoch = official.get("steps_per_epoch").asInt();
    int warmup = official.get("warmup_steps").asInt();
    return new LearningRateSchedule(
        official.get("base").asDouble(),
        official.get("final").asDouble(),
        official.get("epochs").asInt() * perEpoch,
        warmup > 0 ? warmup : official.get("warmup_epochs").asInt() * perEpoch);
  }
}
