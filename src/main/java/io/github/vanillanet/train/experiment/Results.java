package io.github.vanillanet.train.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Accuracies of finished runs.
 *
 * @param runs at most one per configuration and seed
 */
public record Results(List<Run> runs) {

  /**
   * @param accuracy top-1 in per cent
   */
  public record Run(Configuration configuration, int seed, double accuracy) {}

  public Results {
    runs = List.copyOf(runs);
  }

  public Results plus(Run run) {
    List<Run> all = new ArrayList<>(runs);
    all.add(run);
    return new Results(all);
  }

  OptionalDouble accuracy(Configuration configuration, int seed) {
    return runs.stream()
        .filter(run -> run.configuration() == configuration && run.seed() == seed)
        .mapToDouble(Run::accuracy)
        .findFirst();
  }

  List<Double> of(Configuration configuration) {
    return runs.stream()
        .filter(run -> run.configuration() == configuration)
        .map(Run::accuracy)
        .toList();
  }

  /** Compares the runs of equal seeds. */
  public PairedDifference difference(Claim claim) {
    int seeds = 1 + runs.stream().mapToInt(Run::seed).max().orElse(-1);
    return PairedDifference.of(
        IntStream.range(0, seeds)
            .filter(seed -> accuracy(claim.better(), seed).isPresent())
            .filter(seed -> accuracy(claim.worse(), seed).isPresent())
            .mapToObj(
                seed ->
                    accuracy(claim.better(), seed).getAsDouble()
                        - accuracy(claim.worse(), seed).getAsDouble())
            .toList());
  }
}
