package io.github.vanillanet.loadtest;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** All answers of one simulation. Thread-safe. */
final class Answers {

  private final Queue<Answer> all = new ConcurrentLinkedQueue<>();

  void add(Answer answer) {
    all.add(answer);
  }

  List<Answer> ofAllPhases() {
    return List.copyOf(all);
  }

  /** The answers in the order of their ends. */
  List<Answer> of(String phase) {
    return all.stream()
        .filter(answer -> answer.phase().equals(phase))
        .sorted(Comparator.comparingLong(Answer::ended))
        .toList();
  }

  /** Successful answers per second, from the first start to the last end. */
  static double perSecond(List<Answer> answers, Predicate<Answer> which) {
    long from = answers.stream().mapToLong(Answer::started).min().orElse(0);
    long to = answers.stream().mapToLong(Answer::ended).max().orElse(1);
    return 1e3 * answers.stream().filter(which).count() / Math.max(1, to - from);
  }

  /**
   * Latency of successful answers in milliseconds. Rejections are fast and would distort it.
   *
   * @param percent 0..100
   * @return NaN if there are none
   */
  static double latency(List<Answer> answers, double percent) {
    return percentile(good(answers), percent, Answer::wallMillis);
  }

  /** The ratio p99 / p50 of the latencies. */
  static double spread(List<Answer> answers) {
    return latency(answers, 99) / latency(answers, 50);
  }

  private static double percentile(
      List<Answer> answers, double percent, ToDoubleFunction<Answer> value) {
    double[] sorted = answers.stream().mapToDouble(value).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int index = (int) Math.ceil(percent / 100 * sorted.length) - 1;
    return sorted[Math.max(0, index)];
  }

  static List<Answer> good(List<Answer> answers) {
    return answers.stream().filter(Answer::good).toList();
  }

  static long unexpected(List<Answer> answers) {
    return answers.stream().filter(Answer::unexpected).count();
  }

  /** The share of successful answers; NaN if there are no answers. */
  static double shareOfGood(List<Answer> answers) {
    return good(answers).size() / (double) answers.size();
  }

  /** Prints the number of each status and the latency of successful and rejected requests. */
  static void print(String name, List<Answer> answers) {
    List<Answer> good = good(answers);
    ToDoubleFunction<Answer> around =
        answer -> answer.wallMillis() - answer.stageMillis("infer").orElse(0.0);
    System.out.printf(
        Locale.ROOT,
        "%-16s %6d requests, %6.2f/s good, statuses %s%n"
            + "%-16s whole p50 %.0f p99 %.0f ms; all but the forward p50 %.1f p99 %.1f ms;"
            + " models %s%n",
        name,
        answers.size(),
        perSecond(answers, Answer::good),
        counts(answers, answer -> Integer.toString(answer.status())),
        "",
        latency(answers, 50),
        latency(answers, 99),
        percentile(good, 50, around),
        percentile(good, 99, around),
        counts(good, Answer::model));
    List<Answer> rejected = answers.stream().filter(Answer::rejected).toList();
    if (!rejected.isEmpty()) {
      System.out.printf(
          Locale.ROOT,
          "%-16s rejected %.1f %%, in p50 %.0f p99 %.0f ms%n",
          "",
          100.0 * rejected.size() / answers.size(),
          percentile(rejected, 50, Answer::wallMillis),
          percentile(rejected, 99, Answer::wallMillis));
    }
  }

  static Map<String, Long> counts(List<Answer> answers, Function<Answer, String> key) {
    return answers.stream()
        .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.counting()));
  }
}
