package io.github.vanillanet.train.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.certify.AnswerCertificate;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.quantize.SyntheticImages;
import io.github.vanillanet.model.repository.Calibration;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.TrainingImages;
import io.github.vanillanet.model.repository.VersionPublisher;
import io.github.vanillanet.serve.registry.PublishedModels;
import io.github.vanillanet.train.dataset.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfCalibrationTest {

  private static final TorchRuntime RUNTIME = TorchRuntime.load();

  @TempDir Path folder;

  private final List<String> log = new ArrayList<>();

  private void run(StoredVersion candidate, int images, boolean stop) {
    SyntheticImages.write(folder.resolve("images"), images, 1);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < images; i++) {
      Path file = folder.resolve("images").resolve("%05d.bmp".formatted(i));
      samples.add(new Sample(file, i % PublishedModels.CLASSES));
    }
    Calibration fitted = new Calibration(2, List.of(), images, 0, 0);
    new SelfCalibration(() -> stop, RUNTIME, 1, new ImageDecoder(1000), log::add)
        .run(candidate, Optional.of(fitted), samples);
  }

  @Test
  void aPublishedVersionKeepsTheResultOfItsCandidate() {
    assumeThat(PrecisionProbe.unsupported(RUNTIME, Device.CPU, Precision.INT8)).isEmpty();
    StoredVersion candidate = PublishedModels.publish(folder.resolve("candidate"), "five");

    run(candidate, 1000, false);

    AnswerCertificate int8 =
        candidate.reducedPrecisions().orElseThrow().certificate(Precision.INT8).orElseThrow();
    assertThat(int8.judgementImages()).isEqualTo(500);
    assertThat(int8.top1Change()).isPresent();
    assertThat(log).hasSameSizeAs(candidate.reducedPrecisions().orElseThrow().certificates());
    StoredVersion published =
        new VersionPublisher(new ModelRepository(folder.resolve("models")))
            .publishTrained(candidate, 0.5, TrainingImages.NONE, Optional.empty(), Optional.empty())
            .version();
    assertThat(published.reducedPrecisions()).isEqualTo(candidate.reducedPrecisions());
  }

  @Test
  void fewImagesAndAStopLeaveTheCandidateAsItIs() {
    StoredVersion candidate = PublishedModels.publish(folder.resolve("candidate"), "five");

    run(candidate, 999, false);
    assertThat(log).singleElement().asString().contains("999");
    run(candidate, 1000, true);

    assertThat(candidate.reducedPrecisions()).isEmpty();
    assertThat(log).hasSize(1);
  }
}
