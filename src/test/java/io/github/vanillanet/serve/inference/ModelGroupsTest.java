package io.github.vanillanet.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.serve.inference.ModelGroups.Candidate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelGroupsTest {

  private static final Candidate SHALLOW = candidate("shallow", 5, 70, true);
  private static final Candidate MIDDLE = candidate("middle", 9, 120, true);
  private static final Candidate DEEP = candidate("deep", 13, 200, true);

  @Test
  void theDeepestMemberWithinTheBudgetIsChosen() {
    assertThat(choose(201, SHALLOW, MIDDLE, DEEP)).isEqualTo("deep");
    assertThat(choose(200, SHALLOW, MIDDLE, DEEP)).isEqualTo("middle");
    assertThat(choose(71, DEEP, MIDDLE, SHALLOW)).isEqualTo("shallow");
  }

  @Test
  void theFastestIsChosenIfNoneIsWithinTheBudget() {
    assertThat(choose(10, DEEP, SHALLOW, MIDDLE)).isEqualTo("shallow");
  }

  @Test
  void aMemberWithAFullQueueIsSkipped() {
    assertThat(choose(1000, SHALLOW, MIDDLE, candidate("deep", 13, 200, false)))
        .isEqualTo("middle");
  }

  @Test
  void theFastestIsChosenIfAllQueuesAreFull() {
    assertThat(choose(1000, candidate("deep", 13, 900, false), candidate("shallow", 5, 800, false)))
        .isEqualTo("shallow");
  }

  @Test
  void noMemberOfAnEmptyGroupIsChosen() {
    assertThat(ModelGroups.choose(List.of(), Duration.ofDays(1))).isEmpty();
  }

  private static String choose(long budgetMillis, Candidate... candidates) {
    return ModelGroups.choose(List.of(candidates), Duration.ofMillis(budgetMillis))
        .orElseThrow()
        .name();
  }

  private static Candidate candidate(String name, long macs, long millis, boolean room) {
    return new Candidate(name, macs, Duration.ofMillis(millis), room);
  }
}
