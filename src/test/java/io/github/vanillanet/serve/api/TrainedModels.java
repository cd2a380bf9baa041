package io.github.vanillanet.serve.api;

import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.ClassMeans;
import io.github.vanillanet.model.repository.DomainHint;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.TrainingImages;
import io.github.vanillanet.model.repository.VersionPublisher;
import io.github.vanillanet.serve.registry.PublishedModels;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Three models with the same weights: {@code plain}, {@code calibrated} and {@code hinted}. */
public final class TrainedModels implements QuarkusTestResourceLifecycleManager {

  static final double TEMPERATURE = 0.5;

  /** It changes the order of the classes. */
  static final List<Double> BIAS = List.of(3.0, -2.0, 0.5, 0.0, -4.0, -2.0, 1.0, -1.0, 5.0, -2.75);

  /** The features of the known photo are those of the class mean, which is rounded to float16. */
  static final double THRESHOLD = 0.9999;

  /** Serves these models. */
  public static final class Profile implements QuarkusTestProfile {

    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(TrainedModels.class));
    }

    @Override
    public boolean disableGlobalTestResources() {
      return true;
    }
  }

  @Override
  public Map<String, String> start() {
    try {
      Path repository = Files.createTempDirectory("trained-models");
      PublishedModels.publish(repository, "plain");
      publish(
          repository,
          candidate("calibrated"),
          Optional.of(new Calibration(TEMPERATURE, BIAS, 400, 0.125, 0.0625)),
          Optional.empty());
      StoredVersion hinted = candidate("hinted");
      publish(
          repository,
          hinted,
          Optional.empty(),
          Optional.of(new DomainHint.Fitted(means(hinted), THRESHOLD, 1)));
      return Map.of(
          "vanillanet.repository", repository.toString(),
          "vanillanet.device", "cpu",
          "vanillanet.threads", "1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StoredVersion candidate(String name) throws IOException {
    return PublishedModels.publish(Files.createTempDirectory("candidate"), name);
  }

  private static void publish(
      Path repository,
      StoredVersion candidate,
      Optional<Calibration> calibration,
      Optional<DomainHint.Fitted> hint) {
    new VersionPublisher(new ModelRepository(repository))
        .publishTrained(candidate, 0.75, TrainingImages.NONE, calibration, hint);
  }

  /** Every class has the features of the known photo. */
  private static ClassMeans means(StoredVersion version) {
    byte[] pixels =
        version
            .manifest()
            .preprocessing()
            .apply(new ImageDecoder(1 << 24).decode(Service.jpeg()))
            .rgb();
    float[] features;
    try (TorchInstance instance =
        TorchInstance.load(TorchRuntime.load(), version.artifact(), Device.CPU, 64, 64, 1)) {
      features =
          instance
              .forwardMaps(
                  InputKind.IMAGES, InputKind.IMAGES.buffer(1, 64, 64).put(pixels).flip(), 1)
              .features();
    }
    double[][] sums = new double[PublishedModels.CLASSES][features.length];
    for (double[] sum : sums) {
      for (int i = 0; i < features.length; i++) {
        sum[i] = features[i];
      }
    }
    return ClassMeans.of(sums);
  }

  @Override
  public void stop() {
    // the service may still use the temporary folder
  }
}
