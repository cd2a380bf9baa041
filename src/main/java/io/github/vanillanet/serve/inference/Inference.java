package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.serve.metrics.AnswerCheck;
import io.github.vanillanet.serve.registry.LastLayer;
import io.github.vanillanet.serve.registry.ServedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.PriorityQueue;
import java.util.SortedMap;

/**
 * The result of a model for one request. Immutable: its arrays are never written again.
 *
 * @param trained false if the weights are from a seed and the logits mean nothing
 * @param labels of the classes
 * @param temperature of the calibration; 1 for a model without one
 * @param bias of the calibration, one per class; empty for none
 * @param samples rows in {@code logits}
 * @param logits {@code [samples × classes]}, row-major; the row of a rejected image is NaN
 * @param domainThreshold of a model with a hint: an image with a lower score may show none of the
 *     classes
 * @param domainExperimental true for a model with an experimental hint, otherwise absent
 * @param domainScores one per sample of a model with a hint, otherwise empty
 * @param precision of the answers that were not computed again
 * @param checks an ordinal of {@link AnswerCheck} per sample of a model that checks its answers,
 *     otherwise empty
 * @param maps if the call requested them
 * @param rejected images without logits by index, with the reason
 * @param inexact how the pixels of images differ from an exact decode of the whole file, by index
 */
public record Inference(
    String model,
    int version,
    boolean trained,
    List<String> labels,
    double temperature,
    double[] bias,
    int samples,
    float[] logits,
    OptionalDouble domainThreshold,
    Optional<Boolean> domainExperimental,
    float[] domainScores,
    String precision,
    float[] checks,
    Optional<ClassMaps> maps,
    SortedMap<Integer, ServiceException> rejected,
    SortedMap<Integer, String> inexact) {

  private static final float[] NONE = {};
  private static final AnswerCheck[] CHECKS = AnswerCheck.values();

  /**
   * @param rows of the images that were not rejected: logits, the domain score of a model with a
   *     hint, the last maps if they were requested, and the check of a model that checks its
   *     answers
   */
  static Inference of(
      ServedModel served,
      int samples,
      float[] rows,
      SortedMap<Integer, ServiceException> rejected,
      SortedMap<Integer, String> inexact) {
    float[] all = rejected.isEmpty() ? rows : allRows(samples, rows, rejected);
    OptionalDouble threshold = served.domainThreshold();
    boolean scored = threshold.isPresent();
    List<String> labels = served.labels();
    int classes = labels.size();
    int width = all.length / samples;
    int scoreEnd = scored ? classes + 1 : classes;
    Optional<LastLayer> last =
        width > scoreEnd + 1 ? Optional.of(served.lastLayer()) : Optional.empty();
    int mapsEnd = scoreEnd + last.map(layer -> layer.geometry().values()).orElse(0);
    boolean checked = width > mapsEnd;
    return new Inference(
        served.name(),
        served.number(),
        served.trained(),
        labels,
        served.temperature(),
        served.bias(),
        samples,
        width > classes ? columns(all, width, 0, classes) : all,
        threshold,
        scored ? served.domainExperimental() : Optional.empty(),
        scored ? columns(all, width, classes, scoreEnd) : NONE,
        served.precision(),
        checked ? columns(all, width, mapsEnd, width) : NONE,
        last.map(layer -> new ClassMaps(all, width, scoreEnd, layer)),
        rejected,
        inexact);
  }

  private static float[] allRows(
      int samples, float[] logits, SortedMap<Integer, ServiceException> rejected) {
    int classes = logits.length / (samples - rejected.size());
    float[] all = new float[samples * classes];
    Arrays.fill(all, Float.NaN);
    int row = 0;
    for (int sample = 0; sample < samples; sample++) {
      if (!rejected.containsKey(sample)) {
        System.arraycopy(logits, classes * row, all, classes * sample, classes);
        row++;
      }
    }
    return all;
  }

  private static float[] columns(float[] rows, int width, int from, int to) {
    float[] columns = new float[rows.length / width * (to - from)];
    for (int row = 0; row < rows.length / width; row++) {
      System.arraycopy(rows, row * width + from, columns, row * (to - from), to - from);
    }
    return columns;
  }

  /** The domain score of a sample; empty for a model without a hint. */
  public Optional<Float> domainScore(int sample) {
    return domainThreshold.isPresent() ? Optional.of(domainScores[sample]) : Optional.empty();
  }

  /** Whether a sample may show none of the classes; empty for a model without a hint. */
  public Optional<Boolean> outOfDomain(int sample) {
    return domainThreshold.isPresent()
        ? Optional.of(domainScores[sample] < domainThreshold.getAsDouble())
        : Optional.empty();
  }

  /** The name of the precision that computed the answer to a sample: {@code int8}. */
  public String precision(int sample) {
    return check(sample).filter(AnswerCheck.RECOMPUTED::equals).isPresent()
        ? Precision.FLOAT32.label()
        : precision;
  }

  /**
   * Whether the deadline left no time to compute an uncertain answer again; empty for a model that
   * does not check its answers.
   */
  public Optional<Boolean> unchecked(int sample) {
    return check(sample).map(AnswerCheck.UNCHECKED::equals);
  }

  private Optional<AnswerCheck> check(int sample) {
    return checks.length == 0 || Float.isNaN(checks[sample])
        ? Optional.empty()
        : Optional.of(CHECKS[(int) checks[sample]]);
  }

  public Optional<ServiceException> rejection(int sample) {
    return Optional.ofNullable(rejected.get(sample));
  }

  /** The answer to a single image, with as many predictions as the call requests. */
  public Classification classification(Call call) {
    boolean checked = checks.length > 0; // saves the calls below for most models
    boolean scored = domainThreshold.isPresent();
    return new Classification(
        model,
        version,
        trained,
        checked ? precision(0) : precision,
        checked ? unchecked(0) : Optional.empty(),
        scored ? Optional.of(domainScores[0] < domainThreshold.getAsDouble()) : Optional.empty(),
        scored ? Optional.of(domainScores[0]) : Optional.empty(),
        domainExperimental,
        Optional.ofNullable(inexact.get(0)),
        top(0, call.topK, call.threshold));
  }

  /** The most probable classes of a sample, as many as the call requests. */
  public List<Prediction> top(int sample, Call call) {
    return top(sample, call.topK, call.threshold);
  }

  /** The {@code count} most probable classes of a sample. */
  public List<Prediction> top(int sample, int count) {
    return top(sample, count, 0);
  }

  /**
   * The {@code count} most probable classes of a sample, best first; of equal classes, the lower
   * index comes first. Computes the softmax of {@code logits / temperature + bias} in float64.
   *
   * @param threshold classes with a lower probability are left out
   */
  private List<Prediction> top(int sample, int count, double threshold) {
    int classes = logits.length / samples;
    double[] scores = new double[classes];
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < classes; i++) {
      scores[i] = logits[sample * classes + i] / temperature; // exact if the temperature is 1
      if (bias.length > 0) {
        scores[i] += bias[i];
      }
      max = Math.max(max, scores[i]);
    }
    double sum = 0;
    for (double score : scores) {
      sum += Math.exp(score - max); // at most 1, so it cannot overflow
    }
    Comparator<Integer> better =
        Comparator.<Integer>comparingDouble(index -> -scores[index])
            .thenComparing(Comparator.naturalOrder());
    PriorityQueue<Integer> best = new PriorityQueue<>(better.reversed());
    for (int index = 0; index < classes; index++) {
      best.add(index);
      if (best.size() > count) {
        best.poll();
      }
    }
    List<Integer> order = new ArrayList<>(best);
    order.sort(better);
    List<Prediction> predictions = new ArrayList<>();
    for (int index : order) {
      double probability = Math.exp(scores[index] - max) / sum;
      if (probability < threshold) {
        break;
      }
      predictions.add(new Prediction(index, labels.get(index), probability));
    }
    return predictions;
  }
}
