package io.github.vanillanet.model.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.serve.registry.PublishedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionUpgradeTest {

  @TempDir Path root;

  /**
   * Replaces the artifact by one without the methods for the last maps, as early releases wrote.
   */
  private static void makeOld(StoredVersion version) throws IOException {
    Manifest manifest = version.manifest();
    DeployedModule module =
        DeployedModule.of(
            Network.of(manifest.architecture(), Form.DEPLOYED),
            ScriptWeights.read(version.artifact()),
            manifest.preprocessing(),
            Arithmetic.PUBLISHED);
    Path old = version.folder().resolve("old.pt");
    new DeployedModule(module.source().replace("forward_maps", "forward_both"), module.root())
        .write(old);
    String digest = manifest.certificate().artifactSha256();
    Path file = version.folder().resolve(StoredVersion.MANIFEST);
    Files.writeString(file, Files.readString(file).replace(digest, Sha256.of(old)));
    Files.move(old, version.artifact(), StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void anOldVersionIsPublishedAgainWithItsResultsAndIsNotChanged() throws IOException {
    StoredVersion candidate = PublishedModels.publish(root.resolve("candidate"), "five");
    ModelRepository repository = new ModelRepository(root.resolve("models"));
    TrainingImages images =
        TrainingImages.of(List.of(Files.writeString(root.resolve("a.png"), "image")));
    Calibration calibration = new Calibration(2.0, List.of(), 100, 0.2, 0.1);
    ModelId id =
        new VersionPublisher(repository)
            .publishTrained(candidate, 0.75, images, Optional.of(calibration), Optional.empty())
            .version()
            .id();
    makeOld(repository.open(id));
    StoredVersion old = repository.open(id);
    VersionUpgrade upgrade = new VersionUpgrade(TorchRuntime.load(), repository, 1, step -> {});

    StoredVersion fresh = upgrade.publish(old);

    assertThat(VersionUpgrade.isOutdated(old)).isTrue();
    assertThat(VersionUpgrade.isOutdated(fresh)).isFalse();
    assertThat(fresh.id()).isEqualTo(new ModelId("five", 2));
    assertThat(fresh.manifest().accuracy()).hasValue(0.75);
    assertThat(fresh.manifest().calibration()).hasValue(calibration);
    assertThat(repository.open(fresh.id()).trainingImages().orElseThrow().count()).isEqualTo(1);
    assertThat(fresh.manifest().certificate().weightsSha256())
        .isEqualTo(old.manifest().certificate().weightsSha256());
    assertThat(repository.open(id).manifest()).isEqualTo(old.manifest());
  }

  @Test
  void twoUpgradesPublishOneVersion() throws IOException {
    StoredVersion version = PublishedModels.publish(root, "five");
    makeOld(version);
    ModelRepository repository = new ModelRepository(root);
    VersionUpgrade upgrade = new VersionUpgrade(TorchRuntime.load(), repository, 1, step -> {});

    upgrade.publish(repository.open(version.id()));
    upgrade.publish(repository.open(version.id()));

    assertThat(repository.versions("five")).containsExactly(1, 2);
  }
}
