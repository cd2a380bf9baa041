package io.github.vanillanet.train.gate;

import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.LastMaps;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.repository.ClassMeans;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.dataset.Sample;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Fits the hint that marks images of none of the classes. The class means come from training
 * images, the threshold from validation images. Both are computed with the artifact and the
 * preprocessing of the service.
 *
 * @param seed of the choice of images
 */
public record DomainFit(ArtifactEvaluation evaluation, long seed) {

  /** More images change the means and the threshold little. */
  static final int MAX_IMAGES = 2000;

  /** The share of the validation images below the threshold. */
  private static final double MARKED = 0.05;

  /** Empty if no validation image can be decoded. */
  public Optional<DomainHint.Fitted> of(
      StoredVersion version, List<Sample> training, List<Sample> validation) {
    Architecture net = version.manifest().architecture();
    List<Sample> examples = balanced(training, net.classes());
    List<Sample> held = shuffled(validation);
    try (ModelInstance instance =
        TorchInstance.load(
            evaluation.runtime(),
            version.artifact(),
            evaluation.device(),
            net.inputHeight(),
            net.inputWidth(),
            evaluation.threads())) {
      instance.attachToThread();
      double[][] sums = new double[net.classes()][net.width(net.blocks())];
      for (Sample sample : examples) {
        features(instance, version, sample).ifPresent(it -> add(sums[sample.label()], it));
      }
      ClassMeans means = ClassMeans.of(sums);
      float[] scores = new float[held.size()];
      int count = 0;
      for (Sample sample : held.subList(0, Math.min(MAX_IMAGES, held.size()))) {
        Optional<float[]> features = features(instance, version, sample);
        if (features.isPresent()) {
          scores[count++] = means.score(features.get(), 0);
        }
      }
      Arrays.sort(scores, 0, count);
      return count == 0
          ? Optional.empty()
          : Optional.of(
              new DomainHint.Fitted(means, scores[(int) (MARKED * count)], examples.size()));
    }
  }

  /** As many images of each class. */
  private List<Sample> balanced(List<Sample> samples, int classes) {
    int each = Math.max(1, MAX_IMAGES / classes);
    return samples.stream().collect(Collectors.groupingBy(Sample::label)).values().stream()
        .flatMap(ofClass -> shuffled(ofClass).stream().limit(each))
        .toList();
  }

  private List<Sample> shuffled(List<Sample> samples) {
    List<Sample> shuffled = new ArrayList<>(samples);
    Collections.shuffle(shuffled, new Random(seed));
    return shuffled;
  }

  private Optional<float[]> features(ModelInstance instance, StoredVersion version, Sample sample) {
    Architecture net = version.manifest().architecture();
    return evaluation
        .crop(sample, version.manifest().preprocessing())
        .map(
            crop -> {
              ByteBuffer pixels =
                  InputKind.IMAGES.buffer(1, net.inputHeight(), net.inputWidth()).put(crop).flip();
              LastMaps result = instance.forwardMaps(InputKind.IMAGES, pixels, 1);
              return result.features();
            });
  }

  private static void add(double[] sums, float[] features) {
    for (int channel = 0; channel < sums.length; channel++) {
      sums[channel] += features[channel];
    }
  }
}
