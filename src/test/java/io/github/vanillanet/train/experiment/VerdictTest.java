package io.github.vanillanet.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.vanillanet.train.experiment.PairedDifference.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {

  /** Quantiles of printed tables: 4.303 with 2 degrees of freedom, 2.776 with 4. */
  @Test
  void theIntervalIsThatOfStudentsDistribution() {
    PairedDifference three = PairedDifference.of(List.of(1.0, 2.0, 3.0));
    PairedDifference five = PairedDifference.of(List.of(-2.0, -1.0, 0.0, 1.0, 2.0));

    assertThat(three.mean()).isEqualTo(2);
    assertThat(three.halfWidth()).isCloseTo(4.303 / Math.sqrt(3), within(1e-3));
    assertThat(five.mean()).isZero();
    assertThat(five.halfWidth()).isCloseTo(2.776 * Math.sqrt(2.5 / 5), within(1e-3));
  }

  @ParameterizedTest
  @CsvSource({
    "1.0 1.1 1.2, REPRODUCED",
    "-1.0 -1.1 -1.2, CONTRADICTED",
    "1 2 3, UNDECIDED",
    "-1 2 -3, UNDECIDED",
    "0 0 0, UNDECIDED",
    "1 1 1, UNDECIDED",
    "1.0 1.1, UNDECIDED",
    "5, UNDECIDED",
    "'', UNDECIDED"
  })
  void theSignOfTheWholeIntervalDecides(String differences, Verdict verdict) {
    List<Double> values =
        Arrays.stream(differences.split(" "))
            .filter(it -> !it.isEmpty())
            .map(Double::valueOf)
            .toList();

    assertThat(PairedDifference.of(values).verdict()).isEqualTo(verdict);
  }

  /** The spread between seeds is ten times the difference, but it is the same in both. */
  @Test
  void runsArePairedBySeed() {
    List<Results.Run> runs = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      runs.add(0, new Results.Run(Configuration.DEEP, seed, 40 + 10 * seed + 0.01 * seed));
      runs.add(new Results.Run(Configuration.PLAIN, seed, 39 + 10 * seed));
    }
    runs.add(new Results.Run(Configuration.DEEP, 3, 0));

    PairedDifference difference = new Results(runs).difference(Claim.DEEP_HELPS);

    assertThat(difference.pairs()).isEqualTo(3);
    assertThat(difference.mean()).isCloseTo(1.01, within(1e-9));
    assertThat(difference.verdict()).isEqualTo(Verdict.REPRODUCED);
  }

  @ParameterizedTest
  @EnumSource(Claim.class)
  void everyClaimIsPublishedAsPositive(Claim claim) {
    assertThat(claim.published()).isPositive();
  }

  @Test
  void theSizeIsTheLargestWithEnoughEpochs() {
    Duration each = Duration.ofSeconds(1000); // of which 800 are used
    double[] seconds = {2, 10, 40, 80};
    int[] measured = {0};

    RunSize size = RunSize.choose(each, it -> seconds[measured[0]++]).orElseThrow();

    assertThat(measured[0]).isEqualTo(4);
    assertThat(size.epochs()).isEqualTo(20);
    assertThat(size.inputSize()).isEqualTo(64);
    assertThat(RunSize.choose(each, it -> 1).orElseThrow().epochs()).isEqualTo(100);
    assertThat(RunSize.choose(each, it -> 67)).isEmpty();
  }

  @Test
  void theTablesShowEveryConfigurationAndClaim() {
    Results results =
        new Results(
            DoubleStream.of(50, 52)
                .mapToObj(it -> new Results.Run(Configuration.BOTH, (int) it - 50, it))
                .toList());

    String text = TableText.of(results, "size");

    assertThat(text.lines().filter(line -> line.startsWith("|")))
        .hasSize(2 + Configuration.values().length + 2 + Claim.values().length);
    assertThat(text).contains("| on | 3 | none | 76.36 | 2 | 51.00 ± 1.41 |").contains("+15.83");
  }
}
