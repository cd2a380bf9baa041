package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.FolderState;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.ReducedPrecisionsFile;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Uploads to a real S3 server, and copies from it with faults on the way. */
class BucketTest {

  private static ObjectStore store;
  private static FaultyProxy proxy;

  /** Versions 1 and 2 of the model narrow, with different labels. */
  private static ModelRepository local;

  @TempDir Path folder;

  private String prefix;
  private ModelRepository copy;
  private BucketCopy copying;
  private long now;

  @BeforeAll
  static void start(@TempDir Path shared) throws IOException {
    store = ObjectStore.start(shared);
    proxy = new FaultyProxy(store.endpoint());
    local = NarrowModels.publish(shared.resolve("local"), "narrow", 2);
    Path labels = shared.resolve("local/narrow/2/labels.txt");
    Files.writeString(labels, Files.readString(labels).replace("class 0", "other"));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    store.close();
  }

  @BeforeEach
  void open(TestInfo test) {
    prefix = "p" + test.getDisplayName().hashCode();
    copy = ModelRepository.of(folder.resolve("copy"), Optional.of("s3://" + prefix));
    copying = new BucketCopy(bucket(proxy.endpoint()), copy, () -> now);
  }

  @AfterEach
  void repair() {
    proxy.fault(FaultyProxy.Fault.NONE, "");
  }

  private Bucket bucket(URI endpoint) {
    return ObjectStore.open(endpoint, prefix);
  }

  private static StoredVersion version(int number) {
    return local.open(new ModelId("narrow", number));
  }

  private ModelId push(int number) {
    return new BucketPublisher(bucket(store.endpoint())).push(version(number));
  }

  private Map<String, String> refresh() {
    return copying.refresh();
  }

  @Test
  void aPushedVersionIsCopiedAndALaterOneReplacesIt() throws IOException {
    assertThat(refresh()).isEmpty();
    assertThat(copy.names()).isEmpty();

    assertThat(push(1)).isEqualTo(new ModelId("narrow", 1));
    refresh();
    assertThat(copy.active()).containsExactly(new ModelId("narrow", 1));
    assertThat(copy.open(new ModelId("narrow", 1)).manifest()).isEqualTo(version(1).manifest());

    assertThat(push(2)).isEqualTo(new ModelId("narrow", 2));
    refresh();
    assertThat(copy.active()).containsExactly(new ModelId("narrow", 2));
    assertThat(copy.open(new ModelId("narrow", 2)).labels()).contains("other");
  }

  @Test
  void anEqualVersionKeepsItsNumberAndBecomesActive() {
    push(1);
    push(2);

    assertThat(push(1)).isEqualTo(new ModelId("narrow", 1));

    refresh();
    assertThat(copy.active()).containsExactly(new ModelId("narrow", 1));
  }

  @Test
  void concurrentUploadsOfEqualVersionsAreOneVersion() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<Future<ModelId>> uploads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      uploads.add(threads.submit(() -> push(1)));
    }
    for (Future<ModelId> upload : uploads) {
      assertThat(upload.get()).isEqualTo(new ModelId("narrow", 1));
    }
    threads.shutdown();
  }

  @Test
  void anUploadThatLosesItsNumberTakesTheNextOne() throws IOException {
    String other = FileDigests.of(version(2).folder()).text();
    proxy.overwrite("/narrow/1/" + FileDigests.FILE, other);

    assertThat(new BucketPublisher(bucket(proxy.endpoint())).push(version(1)))
        .isEqualTo(new ModelId("narrow", 2));
    assertThat(push(2)).isEqualTo(new ModelId("narrow", 1));

    refresh();
    assertThat(copy.open(new ModelId("narrow", 1)).labels()).isEqualTo(version(2).labels());
    assertThat(push(1)).isEqualTo(new ModelId("narrow", 2));
    refresh();
    assertThat(copy.open(new ModelId("narrow", 2)).labels()).isEqualTo(version(1).labels());
  }

  @Test
  void anUnchangedBucketIsOnlyListed() {
    push(1);
    refresh();
    proxy.fault(FaultyProxy.Fault.NONE, "");

    refresh();

    assertThat(proxy.requests()).noneMatch(path -> path.contains("/narrow/1/"));
  }

  @Test
  void aCalibrationThatIsAddedLaterIsUploadedAndCopiedAlone() throws IOException {
    ModelId id = new ModelId("narrow", 1);
    StoredVersion version = NarrowModels.publish(folder.resolve("own"), "narrow", 1).open(id);
    BucketPublisher publisher = new BucketPublisher(bucket(proxy.endpoint()));
    publisher.push(version);
    refresh();
    FolderState before = FolderState.of(copy.folder(id));
    ReducedPrecisionsFile.write(version);
    String added = StoredVersion.ADDED_LATER.get(0);
    proxy.fault(FaultyProxy.Fault.WRONG_BYTES, "/narrow/1/" + added);

    assertThat(publisher.push(version)).isEqualTo(id);
    assertThat(proxy.requests())
        .filteredOn(request -> request.startsWith("PUT"))
        .singleElement()
        .asString()
        .endsWith("/narrow/1/" + added);

    assertThat(refresh()).containsOnlyKeys("narrow");
    assertThat(FolderState.of(copy.folder(id))).isEqualTo(before);

    proxy.fault(FaultyProxy.Fault.NONE, "");
    now += Duration.ofMinutes(2).toNanos();
    assertThat(refresh()).isEmpty();
    assertThat(copy.folder(id).resolve(added))
        .hasSameBinaryContentAs(version.folder().resolve(added));
    assertThat(FolderState.of(copy.folder(id))).isNotEqualTo(before);
    assertThat(proxy.requests()).noneMatch(path -> path.endsWith("model.pt"));
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
    prefix = fault + "-" + object;
    copying = new BucketCopy(bucket(proxy.endpoint()), copy, () -> now);
    push(1);
    refresh();
    push(2);
    proxy.fault(fault, "/narrow/2/" + object);

    Map<String, String> faults = refresh();

    assertThat(faults).containsOnlyKeys("narrow");
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

  @Test
  void anUnreachableBucketIsAnErrorAndChangesNothing() {
    push(1);
    refresh();
    proxy.fault(FaultyProxy.Fault.UNAVAILABLE, "");

    assertThatThrownBy(this::refresh).has(code(ErrorCode.BAD_CONFIGURATION));

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
