package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.ReducedPrecisionsFile;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of a bucket with faults in it, on the way, and on the local disk. */
class BucketFaultsTest extends BucketFixture {

  @Test
  void anUnchangedBucketIsOnlyListed() {
    push(1);
    refresh();
    proxy.fault(FaultyProxy.Fault.NONE, "");

    refresh();

    assertThat(proxy.requests()).noneMatch(path -> path.contains("/narrow/1/"));
  }

  @ParameterizedTest
  @CsvSource({"'',", "none of these,", "9, 2", "'9\n1', 1"})
  void activeThatNamesNoVersionIsAFaultAndTheOldVersionStays(String content, Integer inANewCopy) {
    push(1);
    push(2);
    push(1);
    refresh();
    overwrite("narrow/active", content);

    assertThat(refresh()).containsOnlyKeys("narrow");
    assertThat(copy.active()).containsExactly(new ModelId("narrow", 1));
    reopen();
    assertThat(refresh()).containsOnlyKeys("narrow");
    assertThat(copy.active()).containsExactly(new ModelId("narrow", 1));
    ModelRepository other = ModelRepository.of(folder.resolve("new"), Optional.of("s3://other"));
    new BucketCopy(bucket(store.endpoint()), other, () -> now).refresh();
    assertThat(other.active())
        .isEqualTo(Stream.ofNullable(inANewCopy).map(it -> new ModelId("narrow", it)).toList());

    push(2);
    assertThat(refresh()).isEmpty();
    assertThat(copy.active()).containsExactly(new ModelId("narrow", 2));
  }

  @Test
  void theNewestVersionServesWithoutActive() throws Exception {
    push(1);
    push(2);
    push(1);
    refresh();
    delete("narrow/active");

    assertThat(refresh()).isEmpty();

    assertThat(copy.active()).containsExactly(new ModelId("narrow", 2));
    assertThat(copy.versions("narrow")).containsExactly(2);
  }

  @Test
  void anActiveVersionThatIsGoneStays() throws Exception {
    push(1);
    push(2);
    refresh();
    delete("narrow/2/manifest.json");

    assertThat(refresh()).containsOnlyKeys("narrow");

    assertThat(copy.active()).containsExactly(new ModelId("narrow", 2));
  }

  private void overwrite(String key, String content) {
    Bucket bucket = bucket(store.endpoint());
    assertThat(bucket.replace(key, bucket.read(key), content)).isTrue();
  }

  private void delete(String key) throws IOException, InterruptedException {
    URI object = store.endpoint().resolve("/" + ObjectStore.BUCKET + "/" + prefix + "/" + key);
    HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(object).DELETE().build(),
            HttpResponse.BodyHandlers.discarding());
  }

  @Test
  void aDamagedCalibrationIsLeftOutOfANewCopy() throws IOException {
    ModelId id = new ModelId("narrow", 1);
    StoredVersion version = NarrowModels.publish(folder.resolve("own"), "narrow", 1).open(id);
    ReducedPrecisionsFile.write(version);
    new BucketPublisher(bucket(store.endpoint())).push(version);
    String added = StoredVersion.ADDED_LATER.get(0);
    proxy.fault(FaultyProxy.Fault.WRONG_BYTES, "/narrow/1/" + added);

    assertThat(refresh()).containsOnlyKeys("narrow");
    assertThat(copy.active()).containsExactly(id);
    assertThat(copy.open(id).reducedPrecisions()).isEmpty();
    assertThat(refresh()).containsOnlyKeys("narrow");

    proxy.fault(FaultyProxy.Fault.NONE, "");
    now += Duration.ofMinutes(2).toNanos();
    assertThat(refresh()).isEmpty();
    assertThat(copy.open(id).reducedPrecisions()).isPresent();
    assertThat(proxy.requests()).noneMatch(path -> path.endsWith("model.pt"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.pt", "labels.txt", "manifest.json", FileDigests.FILE})
  void aDamagedCopyOfAnEarlierProcessIsDownloadedAgain(String file) throws IOException {
    ModelId id = push(1);
    refresh();
    Path damaged = copy.folder(id).resolve(file);
    Files.write(damaged, new byte[50]);
    reopen();

    assertThat(refresh()).isEmpty();

    assertThat(copy.open(id).labels()).isEqualTo(version(1).labels());
    assertThat(Files.size(damaged)).isGreaterThan(50);
  }

  @Test
  void aFolderWithOtherVersionsIsRejected() throws IOException {
    ModelRepository own = NarrowModels.publish(folder.resolve("own"), "narrow", 1);

    assertThatThrownBy(() -> new BucketCopy(bucket(store.endpoint()), own, () -> now))
        .has(code(ErrorCode.BAD_CONFIGURATION));

    assertThat(own.versions("narrow")).containsExactly(1);
  }

  @ParameterizedTest
  @CsvSource({
    "CUT, model.pt",
    "CUT, labels.txt",
    "UNAVAILABLE, model.pt",
    "WRONG_BYTES, model.pt",
    "WRONG_BYTES, labels.txt",
    "WRONG_BYTES, checkpoint.pth",
    "WRONG_BYTES, manifest.json",
    "WRONG_BYTES, SHA256SUMS"
  })
  void aFaultLeavesTheOldVersionAndTheNextAttemptRepairsIt(FaultyProxy.Fault fault, String object)
      throws IOException {
    push(1);
    refresh();
    push(2);
    proxy.fault(fault, "/narrow/2/" + object);

    Map<String, String> faults = refresh();

    assertThat(faults).containsOnlyKeys("narrow");
    assertThat(faults.get("narrow")).contains("narrow/2/");
    assertThat(copy.versions("narrow")).containsExactly(1);
    assertThat(copy.choices("narrow", missing -> {})).containsExactly(new ModelId("narrow", 1));
    assertThat(FolderTree.list(copy.root()))
        .noneMatch(path -> path.getFileName().toString().startsWith(".copying"));
    proxy.fault(FaultyProxy.Fault.NONE, "");
    assertThat(refresh()).containsOnlyKeys("narrow"); // no second download at once
    assertThat(proxy.requests()).noneMatch(path -> path.contains("/narrow/2/"));

    now += Duration.ofMinutes(2).toNanos();
    assertThat(refresh()).isEmpty();
    assertThat(copy.active()).containsExactly(new ModelId("narrow", 2));
  }

  @Test
  void aSlowDownloadIsCompleteAtOnce() {
    push(1);
    proxy.fault(FaultyProxy.Fault.SLOW, "/narrow/1/model.pt");

    refresh();

    assertThat(copy.open(new ModelId("narrow", 1)).manifest()).isEqualTo(version(1).manifest());
  }

  @ParameterizedTest
  @EnumSource(names = {"UNAVAILABLE", "PAGE", "CUT"})
  void aBucketThatCannotBeListedIsAnErrorAndChangesNothing(FaultyProxy.Fault fault) {
    push(1);
    refresh();
    proxy.fault(fault, "");

    assertThatThrownBy(this::refresh).has(code(ErrorCode.BAD_CONFIGURATION));

    assertThat(copy.active()).containsExactly(new ModelId("narrow", 1));
  }

  @Test
  void anEmptyBucketIsAFaultAndTheCopiesStay() {
    push(1);
    refresh();
    prefix = "empty";
    reopen();

    assertThat(refresh()).containsOnlyKeys("narrow");

    assertThat(copy.active()).containsExactly(new ModelId("narrow", 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "{}", "{"})
  void aModelWithoutAManifestDoesNotAffectTheOthers(String manifest) {
    push(1);
    overwrite("damaged/1/manifest.json", manifest);

    assertThat(refresh()).containsOnlyKeys("damaged");
    assertThat(refresh().get("damaged")).contains("manifest.json");

    assertThat(copy.active()).containsExactly(new ModelId("narrow", 1));
  }

  @Test
  void anIncompleteUploadIsNoVersion() {
    push(1);
    bucket(store.endpoint()).upload("narrow/2/model.pt", version(2).artifact());

    refresh();

    assertThat(copy.versions("narrow")).containsExactly(1);
  }
}
