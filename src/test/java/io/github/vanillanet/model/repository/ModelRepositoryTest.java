package io.github.vanillanet.model.repository;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.serve.registry.PublishedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRepositoryTest {

  @TempDir Path root;

  private ModelRepository repository;
  private StoredVersion first;

  @BeforeEach
  void publishOne() {
    repository = new ModelRepository(root);
    first = PublishedModels.publish(root, "five");
  }

  @Test
  void aPublishedVersionHasFourFilesAndOpens() throws IOException {
    StoredVersion opened = repository.open(new ModelId("five", 1));

    assertThat(first.folder()).isEqualTo(root.resolve("five").resolve("1"));
    assertThat(names(first.folder()))
        .containsExactly("checkpoint.pth", "labels.txt", "manifest.json", "model.pt");
    assertThat(opened.manifest()).isEqualTo(first.manifest());
    assertThat(opened.labels()).hasSize(PublishedModels.CLASSES).contains("class 9");
    assertThat(opened.manifest().certificate().float64().maxDelta())
        .isLessThanOrEqualTo(opened.manifest().certificate().float64().bound());
  }

  @Test
  void equalWeightsAreTheSameVersion() {
    repository.pinActive("five");
    StoredVersion again = PublishedModels.publish(root, "five");
    StoredVersion untrained = PublishedModels.publishUntrained(root, "five");
    repository.activate(untrained.id());

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(PublishedModels.publish(root, "five").id()).isEqualTo(first.id());
    assertThat(repository.versions("five")).containsExactly(1, 2);
    assertThat(repository.active()).containsExactly(untrained.id());
  }

  @Test
  void aDamagedVersionIsPublishedAgain() throws IOException {
    Files.writeString(first.artifact(), "damaged");

    StoredVersion second = PublishedModels.publish(root, "five");

    assertThat(second.id()).isEqualTo(new ModelId("five", 2));
    assertThat(repository.active()).containsExactly(new ModelId("five", 2));
    assertThat(repository.versions("five")).containsExactly(1, 2);
    // The same weights give the same bytes.
    assertThat(second.manifest().certificate()).isEqualTo(first.manifest().certificate());
  }

  @Test
  void aFailedPublishingLeavesNothing() throws IOException {
    assertThatThrownBy(
            () ->
                new VersionPublisher(repository)
                    .publish(
                        "five",
                        List.of(),
                        version -> false,
                        folder -> {
                          Files.writeString(folder.resolve(StoredVersion.ARTIFACT), "half");
                          throw new IOException("disk full");
                        }))
        .has(code(ErrorCode.BAD_CONFIGURATION))
        .hasMessageContaining("disk full");

    assertThat(names(root.resolve("five"))).containsExactly("1");
  }

  @Test
  void deletesAbandonedFoldersAfterADay() throws IOException {
    Path model = root.resolve("five");
    Path publishing = left(model, ".publishing-", Duration.ofDays(2));
    Path deleting = left(model, ".deleting-", Duration.ofHours(25));
    Path underWay = left(model, ".publishing-", Duration.ofHours(23));
    Path other = Files.createDirectory(model.resolve(".publishing-of-mine"));
    age(other, Duration.ofDays(2));

    PublishedModels.publishUntrained(root, "five");

    assertThat(publishing).doesNotExist();
    assertThat(deleting).doesNotExist();
    assertThat(underWay.resolve(StoredVersion.ARTIFACT)).exists();
    assertThat(other).exists();
  }

  @Test
  void keepsAnOldFolderThatIsStillWritten() throws IOException {
    Path slow = left(root.resolve("five"), ".publishing-", Duration.ofDays(2));
    Files.writeString(slow.resolve(StoredVersion.CHECKPOINT), "now");
    age(slow, Duration.ofDays(2));

    PublishedModels.publishUntrained(root, "five");

    assertThat(slow).exists();
  }

  @Test
  void anOldVersionThatIsBeingDeletedIsNotAbandoned() throws IOException {
    for (String file : names(first.folder())) {
      age(first.folder().resolve(file), Duration.ofDays(2));
    }
    age(first.folder(), Duration.ofDays(2));

    Path hidden = Leftovers.hide(first.folder());
    Leftovers.delete(root.resolve("five"));

    assertThat(hidden.resolve("1")).exists();
    assertThat(repository.versions("five")).isEmpty();
  }

  private static Path left(Path model, String kind, Duration age) throws IOException {
    Path folder = Files.createDirectory(model.resolve(kind + UUID.randomUUID()));
    age(Files.writeString(folder.resolve(StoredVersion.ARTIFACT), "half"), age);
    return age(folder, age);
  }

  private static Path age(Path path, Duration age) throws IOException {
    return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
  }

  @Test
  void aVersionAppearsOnlyWhenItIsComplete() {
    AtomicReference<List<Integer>> seen = new AtomicReference<>();

    new VersionPublisher(repository)
        .publish(
            "five",
            first.labels(),
            version -> false,
            folder -> {
              Files.copy(first.artifact(), folder.resolve(StoredVersion.ARTIFACT));
              seen.set(repository.versions("five"));
              return first.manifest();
            });

    assertThat(seen.get()).containsExactly(1);
    assertThat(repository.versions("five")).containsExactly(1, 2);
  }

  @Test
  void rejectsAnArtifactWithAFlippedBit() throws IOException {
    byte[] bytes = Files.readAllBytes(first.artifact());
    bytes[bytes.length / 2] ^= 1;
    Files.write(first.artifact(), bytes);

    assertThatThrownBy(this::open)
        .has(code(ErrorCode.BAD_ARTIFACT))
        .hasMessageContainingAll("model.pt", first.manifest().certificate().artifactSha256());
  }

  @Test
  void rejectsAManifestWithoutACertificate() throws IOException {
    edit("\"certificate\":", "\"no_certificate\":");

    assertThatThrownBy(this::open)
        .has(code(ErrorCode.BAD_ARTIFACT))
        .hasMessageContaining("certificate");
  }

  @Test
  void rejectsAFailingCertificateWithAnyBound() throws IOException {
    String text = Files.readString(manifest());
    String failing =
        text.replaceFirst(
            "\"served\":\\{\"max_delta\":[^,]*,\"bound\":[^,]*,",
            "\"served\":{\"max_delta\":0.5,\"bound\":1.0,");
    assertThat(failing).isNotEqualTo(text);
    Files.writeString(manifest(), failing);

    assertThatThrownBy(this::open)
        .has(code(ErrorCode.NOT_EQUIVALENT))
        .hasMessageContainingAll("float32", "0.5");
  }

  @Test
  void rejectsACertificateOfAnotherVariant() throws IOException {
    edit(
        "\"source\":\"fused\",\"variant\":\"vanillanet_5\"",
        "\"source\":\"fused\",\"variant\":\"vanillanet_6\"");

    assertThatThrownBy(this::open)
        .has(code(ErrorCode.BAD_ARTIFACT))
        .hasMessageContainingAll("vanillanet_5", "vanillanet_6");
  }

  @Test
  void namesMissingFiles() throws IOException {
    Files.delete(first.folder().resolve(StoredVersion.LABELS));
    assertThatThrownBy(this::open)
        .has(code(ErrorCode.BAD_ARTIFACT))
        .hasMessageContaining("labels.txt");

    Files.delete(manifest());
    assertThatThrownBy(this::open)
        .has(code(ErrorCode.BAD_ARTIFACT))
        .hasMessageContaining("manifest.json");
  }

  @Test
  void aDamagedManifestIsReportedInOneLine() throws IOException {
    Files.writeString(manifest(), "{\"format\": 1, nonsense");

    assertThatThrownBy(this::open)
        .has(code(ErrorCode.BAD_ARTIFACT))
        .hasMessageContaining("manifest.json")
        .hasMessageNotContaining("\n");
  }

  @Test
  void ignoresEntriesThatAreNotModels() throws IOException {
    Files.createDirectories(root.resolve(".hidden").resolve("1"));
    Files.createDirectories(root.resolve("five").resolve("not-a-version"));
    Files.createDirectories(root.resolve("five").resolve("007"));
    Files.createDirectories(root.resolve("empty"));
    Files.writeString(root.resolve("README"), "notes");

    assertThat(repository.active()).containsExactly(new ModelId("five", 1));
    assertThat(new ModelRepository(root.resolve("nowhere")).names()).isEmpty();
  }

  @Test
  void rejectsUnsafeNames() {
    for (String name : List.of("../x", "a/b", "", ".", "..", "a\\b", "-x", "x".repeat(65))) {
      assertThatThrownBy(
              () ->
                  new VersionPublisher(repository)
                      .publish(name, List.of(), version -> false, folder -> first.manifest()))
          .has(code(ErrorCode.BAD_CONFIGURATION));
    }
  }

  private void open() {
    repository.open(new ModelId("five", 1));
  }

  private Path manifest() {
    return first.folder().resolve(StoredVersion.MANIFEST);
  }

  private void edit(String from, String to) throws IOException {
    String text = Files.readString(manifest());
    assertThat(text).contains(from);
    Files.writeString(manifest(), text.replace(from, to));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
