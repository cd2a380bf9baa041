package io.github.vanillanet.serve.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dry runs over HTTP, and trainings that start from them. */
@QuarkusTest
@TestProfile(AdminProfile.class)
class DryRunTest {

  private static final byte[] EMPTY_ZIP = {'P', 'K', 3, 4, 0, 0};

  @BeforeEach
  void awaitReady() {
    Admin.awaitReady();
  }

  private static Response post(Object body) {
    return Admin.chief().contentType("application/json").body(body).post(Admin.TRAININGS);
  }

  private static Response one(String id) {
    return Admin.chief().get(Admin.TRAININGS + "/" + id);
  }

  private static String dryRun(long script) {
    Response response =
        Admin.chief()
            .queryParam("dry_run", true)
            .contentType("application/json")
            .body(Admin.request(script))
            .post(Admin.TRAININGS);
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(202);
    String id = response.path("id");
    Admin.events(id);
    return id;
  }

  private static String uploadedDryRun() {
    Response response =
        Admin.chief()
            .queryParam("dry_run", true)
            .multiPart(
                "spec",
                "{\"name\":\"narrow\",\"variant\":\"vanillanet_5\",\"seed\":"
                    + ScriptedExecutor.REJECTS
                    + "}")
            .multiPart("data", "flowers.zip", EMPTY_ZIP)
            .post(Admin.TRAININGS);
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(202);
    Admin.events(response.path("id"));
    return response.path("id");
  }

  private static Path folder(String id) {
    return Path.of(ConfigProvider.getConfig().getValue("vanillanet.training.jobs", String.class))
        .resolve(id);
  }

  @Test
  void aDryRunHasAPlanAndStartsATraining() {
    String id = dryRun(ScriptedExecutor.REJECTS);

    assertThat(one(id).<String>path("kind")).isEqualTo("dry_run");
    assertThat(one(id).<String>path("state")).isEqualTo("SUCCEEDED");
    Response plan = Admin.chief().get(Admin.TRAININGS + "/" + id + "/plan");
    assertThat(plan.<Integer>path("recipe.epochs")).isEqualTo(30);
    Response training = post(Map.of("from", id, "epochs", 40));
    assertThat(training.statusCode()).as(training.asString()).isEqualTo(202);
    assertThat(training.<String>path("kind")).isEqualTo("training");
    assertThat(training.<Integer>path("recipe.epochs")).isEqualTo(40);
    assertThat(training.<Integer>path("request.seed")).isEqualTo((int) ScriptedExecutor.REJECTS);
    String second = training.path("id");
    Admin.events(second);
    assertThat(one(second).<String>path("state")).isEqualTo("REJECTED");
    Admin.problem(
        Admin.chief().get(Admin.TRAININGS + "/" + second + "/plan"), 404, "JOB_NOT_FOUND");
    Admin.problem(post(Map.of("from", second)), 409, "CONFLICT");
  }

  @Test
  void anUploadMovesToTheTrainingOnce() throws Exception {
    String id = uploadedDryRun();
    Files.createDirectories(folder(id).resolve("data/train"));

    Response training = post(Map.of("from", id));

    assertThat(training.statusCode()).as(training.asString()).isEqualTo(202);
    assertThat(training.<Boolean>path("uploaded")).isTrue();
    assertThat(folder(training.path("id")).resolve("data.zip")).hasBinaryContent(EMPTY_ZIP);
    assertThat(folder(training.path("id")).resolve("data/train")).isDirectory();
    assertThat(folder(id).resolve("data.zip")).doesNotExist();
    assertThat(folder(id).resolve("data")).doesNotExist();
    Admin.problem(post(Map.of("from", id)), 409, "CONFLICT");
    Admin.events(training.path("id"));
  }

  @Test
  void aFormStartsADryRunToo() {
    String first = dryRun(ScriptedExecutor.REJECTS);
    String second = dryRun(ScriptedExecutor.REJECTS);

    Response training = form("from", first);
    Response changed =
        Admin.chief()
            .multiPart("from", second)
            .multiPart("spec", "{\"epochs\":40}")
            .post(Admin.TRAININGS);
    Response inSpec = form("spec", "{\"from\":\"" + second + "\",\"epochs\":50}");

    assertThat(training.statusCode()).as(training.asString()).isEqualTo(202);
    assertThat(training.<Integer>path("recipe.epochs")).isEqualTo(30);
    assertThat(changed.<Integer>path("recipe.epochs")).isEqualTo(40);
    assertThat(inSpec.<Integer>path("recipe.epochs")).isEqualTo(50);
    Admin.problem(form("spec", "[]"), 400, "INVALID_REQUEST");
    Admin.problem(form("from", "20240101-000000-abcdef"), 404, "JOB_NOT_FOUND");
    Admin.problem(
        Admin.chief()
            .multiPart("from", second)
            .multiPart("data", "flowers.zip", EMPTY_ZIP)
            .post(Admin.TRAININGS),
        400,
        "INVALID_REQUEST");
    for (Response started : new Response[] {training, changed, inSpec}) {
      Admin.events(started.path("id"));
    }
  }

  private static Response form(String field, String value) {
    return Admin.chief().multiPart(field, value).post(Admin.TRAININGS);
  }

  @Test
  void objectionsPreventTheStart() {
    String unusable = dryRun(ScriptedExecutor.CRASHES);
    String tooLarge = dryRun(ScriptedExecutor.RUNS_UNTIL_STOPPED);

    Admin.problem(post(Map.of("from", unusable)), 409, "CONFLICT");
    Admin.problem(post(Map.of("from", unusable, "seed", 2)), 409, "CONFLICT");
    Admin.problem(post(Map.of("from", tooLarge)), 409, "CONFLICT");
    Response smaller =
        post(Map.of("from", tooLarge, "batch_size", 8, "seed", ScriptedExecutor.REJECTS));
    assertThat(smaller.statusCode()).as(smaller.asString()).isEqualTo(202);
    Admin.events(smaller.path("id"));
  }

  @Test
  void aWrongStartIsRejected() {
    String id = dryRun(ScriptedExecutor.REJECTS);

    Admin.problem(post(Map.of("from", "20240101-000000-abcdef")), 404, "JOB_NOT_FOUND");
    Admin.problem(post(Map.of("from", id, "data", "flowers")), 400, "INVALID_REQUEST");
    Admin.problem(post(Map.of("from", id, "epochs", 0)), 400, "INVALID_REQUEST");
  }

  @Test
  void allProblemsAreReportedTogether() {
    Map<String, Object> request = new HashMap<>(Admin.request(ScriptedExecutor.REJECTS));
    request.put("epoch", 3);
    request.put("batchsize", 3);

    request.put("data", "absent");
    request.put("tolerance", 2);
    request.put("shortcut", "before");

    assertThat(Admin.problem(post(request), 400, "INVALID_REQUEST"))
        .contains(
            "did you mean epochs?",
            "did you mean batch_size?",
            "data: ",
            "tolerance: ",
            "shortcut: ");
  }
}
