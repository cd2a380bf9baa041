package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.cli.Jar;
import io.github.vanillanet.model.bucket.BucketPublisher;
import io.github.vanillanet.model.bucket.FaultyProxy;
import io.github.vanillanet.model.bucket.ObjectStore;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.serve.registry.NarrowModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two packaged services with one bucket. */
@Timeout(300)
class BucketIT {

  private static final String MODEL = Replica.MODEL;
  private static final String REPOSITORY = "s3://" + ObjectStore.BUCKET + "/fleet";

  private final Path folder;
  private final Jar jar;

  BucketIT(@TempDir Path folder) {
    this.folder = folder;
    this.jar = new Jar(folder);
  }

  @Test
  void allServicesFollowTheBucketAndChangeNothingInIt() throws Exception {
    Path models = folder.resolve("models");
    ModelRepository local = NarrowModels.publish(models, MODEL, 2);
    Path labels = models.resolve(MODEL).resolve("2/labels.txt");
    Files.writeString(labels, Files.readString(labels).replace("class 0", "other"));
    List<Replica> replicas = new ArrayList<>();
    try (ObjectStore store = ObjectStore.start(folder);
        FaultyProxy proxy = new FaultyProxy(store.endpoint())) {
      List<Jar.Running> launched = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Map<String, String> variables = new HashMap<>(Replica.variables(REPOSITORY));
        variables.putAll(ObjectStore.variables(proxy.endpoint()));
        variables.put("VANILLANET_S3_CACHE", folder.resolve("cache-" + i).toString());
        launched.add(jar.start(List.of(), variables));
      }
      for (Jar.Running running : launched) { // the bucket is empty
        assertThat(Jar.Running.status(running.awaitStarted().resolve("/q/health/ready")))
            .isEqualTo(503);
      }
      new BucketPublisher(ObjectStore.open(store.endpoint(), "fleet"))
          .push(local.open(new ModelId(MODEL, 1)));
      for (Jar.Running running : launched) {
        replicas.add(new Replica(running));
      }
      replicas.forEach(replica -> replica.client.start());
      replicas.forEach(replica -> replica.awaitVersion(1));

      Replica first = replicas.get(0);
      String version = "/admin/models/" + MODEL + "/versions/1/activate";
      assertThat(first.post("/admin/models/" + MODEL + "/rollback")).isEqualTo(409);
      assertThat(first.post(version)).isEqualTo(200); // it is active already
      assertThat(first.post(version.replace("/1/", "/2/"))).isEqualTo(409);
      assertThat(first.post("/admin/trainings", "{\"variant\":\"vanillanet_5\"}")).isEqualTo(409);

      proxy.fault(FaultyProxy.Fault.WRONG_BYTES, "/2/model.pt");
      push(store, models, MODEL + "/2");
      while (proxy.requests().stream().noneMatch(path -> path.endsWith("/2/model.pt"))) {
        Thread.onSpinWait();
      }
      proxy.fault(FaultyProxy.Fault.NONE, "");
      replicas.forEach(replica -> replica.awaitVersion(2));
      assertThat(Files.readString(folder.resolve("cache-0").resolve(MODEL).resolve("active")))
          .startsWith("2\n1\n");
      assertThat(replicas).allMatch(replica -> replica.failures.isEmpty());
    } finally {
      for (Replica replica : replicas) {
        replica.close();
      }
      for (Replica replica : replicas) {
        replica.running.result();
      }
    }
  }

  private void push(ObjectStore store, Path models, String version) {
    Jar.Result result =
        jar.start(
                List.of(),
                ObjectStore.variables(store.endpoint()),
                "push",
                version,
                "--to",
                REPOSITORY,
                "--repository",
                models.toString())
            .result();
    assertThat(result.exitCode()).as(result.err()).isZero();
  }
}
