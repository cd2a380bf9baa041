package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.FolderState;
import io.github.vanillanet.model.repository.ActiveFile;
import io.github.vanillanet.model.repository.DefaultMark;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.ReducedPrecisionsFile;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads to a real S3 server, and copies from it. */
class BucketTest extends BucketFixture {

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
  void theFirstModelIsTheDefaultOfAllCopies() throws IOException {
    push(1);
    ModelRepository others = NarrowModels.publish(folder.resolve("others"), "another", 1);
    new BucketPublisher(bucket(store.endpoint())).push(others.open(new ModelId("another", 1)));

    refresh();

    assertThat(copy.names()).containsExactly("another", "narrow");
    assertThat(new DefaultMark(copy).read()).contains("narrow");
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

  @ParameterizedTest
  @ValueSource(strings = {FileDigests.FILE, StoredVersion.MANIFEST})
  void anUploadThatLosesItsNumberTakesTheNextOne(String lastOwnObject) throws IOException {
    String other = FileDigests.of(version(2).folder()).text();
    proxy.claimAfter("/narrow/1/" + lastOwnObject, other);

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
  void aNumberWhoseClaimConflictsWithAnotherWriteIsTriedAgain() {
    proxy.fault(FaultyProxy.Fault.CONFLICTING_WRITE, FileDigests.FILE);

    assertThat(new BucketPublisher(bucket(proxy.endpoint())).push(version(1)))
        .isEqualTo(new ModelId("narrow", 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {FileDigests.FILE, ActiveFile.NAME})
  void anUploadEndsWhenTheStoreRejectsAllConditionalWrites(String object) {
    push(2);
    proxy.fault(FaultyProxy.Fault.REJECTED_WRITE, object);
    BucketPublisher publisher = new BucketPublisher(bucket(proxy.endpoint()));

    assertThatThrownBy(() -> publisher.push(version(1))).has(code(ErrorCode.BAD_CONFIGURATION));

    assertThat(proxy.requests()).hasSizeBetween(16, 64);
    refresh();
    assertThat(copy.active()).containsExactly(new ModelId("narrow", 1));
    assertThat(copy.open(new ModelId("narrow", 1)).labels()).isEqualTo(version(2).labels());
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
}
