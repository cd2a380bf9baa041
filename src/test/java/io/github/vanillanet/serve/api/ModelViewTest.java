package io.github.vanillanet.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.Placement;
import io.github.vanillanet.serve.registry.PublishedModels;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.FakeInstance;
import io.github.vanillanet.serve.scheduler.Lane;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelViewTest {

  @Test
  void aModelListsItsPrecisionAndItsDevices(@TempDir Path repository) {
    StoredVersion version = PublishedModels.publish(repository, "five");
    Certificate published = version.manifest().certificate();
    List<float[]> answers = new ArrayList<>();
    for (List<Float> row : published.goldenLogits()) {
      float[] logits = new float[row.size()];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = row.get(i) * 1.001f;
      }
      answers.add(logits);
    }
    Placement placement =
        new Placement(
            List.of(new Device(Device.Kind.CUDA, 0), new Device(Device.Kind.CUDA, 1)),
            published.of(Precision.BFLOAT16, "derived", answers));

    try (Lane lane = new Lane("five", new FakeInstance(0), 1)) {
      ModelView view =
          ModelView.of(
              new ServedModel(version, placement, lane, Duration.ZERO, Duration.ofNanos(1_500_000)),
              false);

      assertThat(view.precision()).isEqualTo("bfloat16");
      assertThat(view.device()).isEqualTo("cuda:0,cuda:1");
      assertThat(view.batch1LatencyMillis()).isEqualTo(1.5);
      assertThat(view.certificate().artifactSha256()).isEqualTo("derived");
      assertThat(view.certificate().served().maxDelta()).isPositive();
    }
  }
}
