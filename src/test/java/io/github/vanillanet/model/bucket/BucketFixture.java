package io.github.vanillanet.model.bucket;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A real S3 server with a prefix of its own for each test, and a copy of it. */
abstract class BucketFixture {

  static ObjectStore store;
  static FaultyProxy proxy;

  /** Versions 1 and 2 of the model narrow, with different labels. */
  static ModelRepository local;

  @TempDir Path folder;

  String prefix;
  ModelRepository copy;
  BucketCopy copying;
  long now;

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
  void open() {
    prefix = folder.getFileName().toString();
    copy = ModelRepository.of(folder.resolve("copy"), Optional.of("s3://" + prefix));
    reopen();
  }

  @AfterEach
  void repair() {
    proxy.fault(FaultyProxy.Fault.NONE, "");
  }

  void reopen() {
    copying = new BucketCopy(bucket(proxy.endpoint()), copy, () -> now);
  }

  Bucket bucket(URI endpoint) {
    return ObjectStore.open(endpoint, prefix);
  }

  static StoredVersion version(int number) {
    return local.open(new ModelId("narrow", number));
  }

  ModelId push(int number) {
    return new BucketPublisher(bucket(store.endpoint())).push(version(number));
  }

  Map<String, String> refresh() {
    return copying.refresh();
  }
}
