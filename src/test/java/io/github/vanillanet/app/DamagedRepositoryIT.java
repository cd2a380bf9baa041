package io.github.vanillanet.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.cli.Jar;
import io.github.vanillanet.serve.registry.NarrowModels;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damages models on disk, then starts the packaged service. */
@Timeout(300)
class DamagedRepositoryIT {

  private final Path models;
  private final Jar jar;

  DamagedRepositoryIT(@TempDir Path folder) {
    this.models = folder.resolve("models");
    this.jar = new Jar(folder);
  }

  @Test
  void lastGoodVersionServesAndTheFaultsAreShown() throws Exception {
    assertThat(jar.importSmall(models, "--name", "old").exitCode()).isZero();
    for (String name : List.of("lost", "unreadable")) {
      NarrowModels.copy(models.resolve("old"), models.resolve(name), 1);
    }
    NarrowModels.copy(models.resolve("old"), 2);
    NarrowModels.copy(models.resolve("old"), 3);
    NarrowModels.copy(models.resolve("old"), 4);
    NarrowModels.copy(models.resolve("unreadable"), 2);
    Files.delete(models.resolve("old/4/labels.txt")); // never loaded
    Files.writeString(models.resolve("old/active"), "2\n1\nrolled back from 4\n");
    Files.write(models.resolve("old/2/model.pt"), new byte[0]);
    Files.writeString(models.resolve("lost/1/manifest.json"), "{");
    Files.createDirectory(models.resolve("unreadable/active"));

    Jar.Running service =
        jar.start(
            List.of(),
            Map.of("QUARKUS_HTTP_PORT", "0", "VANILLANET_REPOSITORY", models.toString()));
    URI address = service.awaitReady();

    Response old = classify(address, "old");
    assertThat(old.statusCode()).isEqualTo(200);
    assertThat(old.<Integer>path("version")).isEqualTo(1);
    for (String broken : List.of("lost", "unreadable")) {
      Response refused = classify(address, broken);
      assertThat(refused.statusCode()).as(broken).isEqualTo(503);
      assertThat(refused.<String>path("code")).isEqualTo("NOT_READY");
      assertThat(refused.<String>path("detail")).contains(broken);
    }
    assertThat(faults(address))
        .containsExactlyInAnyOrder("lost null", "lost 1", "old 2", "unreadable null");
    assertThat(given().get(address.resolve("/q/metrics")).asString())
        .contains("vanillanet_repository_faults 4.0");
    assertThat(reason(address, "old", "2")).contains("old/2/model.pt");
    assertThat(reason(address, "old", "3")).contains("version 1 is served");
    assertThat(reason(address, "old", "4")).contains("old/4/labels.txt");
    assertThat(reason(address, "lost", "1")).contains("lost/1/manifest.json");
    assertThat(reason(address, "unreadable", "2")).contains("unreadable/active");

    service.process().destroy();
    assertThat(service.result().err())
        .contains("old/2 cannot be served", "old/1 is served in place of old/2");
  }

  @Test
  void theIncludedModelIsNotAddedToAVersionWithoutItsManifest() throws Exception {
    NarrowModels.publish(models, "narrow", 1);
    Path version = models.resolve("narrow/1");
    Files.delete(version.resolve("manifest.json"));
    List<Path> before = FolderTree.list(version);

    Jar.Running service =
        jar.start(
            List.of(),
            Map.of("QUARKUS_HTTP_PORT", "0", "VANILLANET_REPOSITORY", version.toString()));
    URI address = service.awaitStarted();

    String reason =
        given()
            .get(address.resolve("/q/health/ready"))
            .path("checks.find { it.name == 'models' }.data.reason");
    assertThat(reason).contains("manifest.json");
    service.process().destroy();
    service.result();
    assertThat(FolderTree.list(version)).containsExactlyInAnyOrderElementsOf(before);
  }

  @Test
  void serviceEndsIfNoModelCanBeServed() throws IOException {
    assertThat(jar.importSmall(models, "--name", "only").exitCode()).isZero();
    FolderTree.delete(models.resolve("only/1/model.pt"));

    Jar.Result result =
        jar.start(
                List.of(),
                Map.of("QUARKUS_HTTP_PORT", "0", "VANILLANET_REPOSITORY", models.toString()))
            .result();

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("only/1/model.pt");
  }

  private static Response classify(URI address, String model) throws IOException {
    return given()
        .contentType("image/jpeg")
        .body(Files.readAllBytes(Oracle.file("preprocess/jpeg_420.jpg")))
        .post(address.resolve("/classify/" + model));
  }

  private static List<String> faults(URI address) {
    List<Map<String, Object>> faults = given().get(address.resolve("/models")).path("faults");
    return faults.stream().map(fault -> fault.get("name") + " " + fault.get("version")).toList();
  }

  private static String reason(URI address, String model, String version) {
    return given()
        .post(address.resolve("/v2/repository/index"))
        .path("find { it.name == '%s' && it.version == '%s' }.reason".formatted(model, version));
  }
}
