package io.github.vanillanet.train.experiment;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Results as two Markdown tables. */
final class TableText {

  private TableText() {}

  static String of(Results results, String size) {
    return Stream.of(
            Stream.of(
                size,
                "",
                "| deep training | series | shortcut | paper's top-1, % | runs | top-1, % |",
                "|---|---|---|---|---|---|"),
            Stream.of(Configuration.values()).map(it -> row(it, results.of(it))),
            Stream.of(
                "",
                "| claim | paper's difference | pairs | difference | 95 % interval | verdict |",
                "|---|---|---|---|---|---|"),
            Stream.of(Claim.values()).map(it -> row(it, results.difference(it))))
        .flatMap(lines -> lines)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String row(Configuration configuration, List<Double> accuracies) {
    Spread spread = Spread.of(accuracies);
    String measured =
        switch (accuracies.size()) {
          case 0 -> "-";
          case 1 -> format("%.2f", spread.mean());
          default -> format("%.2f ± %.2f", spread.mean(), spread.deviation());
        };
    return format(
        "| %s | %s | %s | %.2f | %d | %s |",
        configuration.deepTraining(),
        configuration.series(),
        configuration.shortcut(),
        configuration.published(),
        accuracies.size(),
        measured);
  }

  private static String row(Claim claim, PairedDifference difference) {
    return format(
        "| %s | %+.2f | %d | %s | %s | %s |",
        claim.words(),
        claim.published(),
        difference.pairs(),
        difference.pairs() == 0 ? "-" : format("%+.2f", difference.mean()),
        Double.isInfinite(difference.halfWidth())
            ? "-"
            : format("%+.2f to %+.2f", difference.low(), difference.high()),
        difference.verdict().name().toLowerCase(Locale.ROOT));
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
