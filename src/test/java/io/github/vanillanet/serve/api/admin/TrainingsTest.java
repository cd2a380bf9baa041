package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(AdminProfile.class)
class TrainingsTest {

  private static final byte[] EMPTY_ZIP = {'P', 'K', 3, 4, 0, 0};

  @BeforeEach
  void awaitReady() {
    Admin.awaitReady();
  }

  private static Response one(String id) {
    return Admin.chief().get(Admin.TRAININGS + "/" + id);
  }

  @Test
  void theEventsOfATrainingEndAfterItsVersionIsServed() {
    String id = Admin.train(ScriptedExecutor.PUBLISHES);

    String events = Admin.events(id);

    assertThat(events.lines().filter(line -> line.startsWith("event:")).toList())
        .containsExactly("event:progress", "event:progress", "event:progress", "event:end");
    assertThat(events)
        .contains(
            "\"phase\":\"train\",\"epoch\":0,\"epochs\":1,\"step\":2,\"steps\":3,"
                + "\"stage\":0,\"input_size\":64,\"loss\":0.0,\"accuracy\":0.5,\"learning_rate\":0.001,\"slope\":1.0,"
                + "\"images_per_second\":100.0,\"seconds_left\":1.0");
    Response job = one(id);
    assertThat(job.<String>path("state")).isEqualTo("SUCCEEDED");
    assertThat(job.<Float>path("outcome.accuracy")).isEqualTo(0.5f);
    assertThat(job.<Boolean>path("outcome.activated")).isTrue();
    assertThat(job.<String>path("outcome.ruling")).isEqualTo("ACCEPTED");
    assertThat(job.<Integer>path("outcome.evidence.comparison.only_live_right")).isEqualTo(30);
    assertThat(job.<Float>path("outcome.live_accuracy")).isEqualTo(0.7f);
    assertThat(job.<String>path("request.variant")).isEqualTo("vanillanet_5");
    int version = job.path("outcome.version");
    Response served = Admin.chief().get("/models/" + AdminProfile.MODEL);
    assertThat(served.<Integer>path("version")).isEqualTo(version);
    assertThat(Admin.chief().get(Admin.TRAININGS + "/" + id + "/report").<Integer>path("skipped"))
        .isEqualTo(2);
    Response metrics = Admin.chief().get(Admin.TRAININGS + "/" + id + "/metrics");
    assertThat(metrics.contentType()).startsWith("text/csv");
    assertThat(metrics.asString()).isEqualTo(ScriptedExecutor.METRICS);
    String thumbnails = Admin.TRAININGS + "/" + id + "/thumbnails/";
    Response thumbnail = Admin.chief().get(thumbnails + 1);
    assertThat(thumbnail.contentType()).isEqualTo("image/jpeg");
    assertThat(thumbnail.asByteArray()).isEqualTo(ScriptedExecutor.THUMBNAIL);
    Admin.problem(Admin.chief().get(thumbnails + 2), 404, "JOB_NOT_FOUND");
    assertThat(Admin.chief().get(thumbnails + "report.json").statusCode()).isEqualTo(404);
    assertThat(given().get(thumbnails + 1).statusCode()).isEqualTo(401);
    assertThat(Admin.chief().get(Admin.TRAININGS).<List<String>>path("trainings.id")).contains(id);
  }

  @Test
  void aRejectedTrainingReportsItsReasonAndAccuracy() {
    String id = Admin.train(ScriptedExecutor.REJECTS);
    Admin.events(id);

    Response job = one(id);

    assertThat(job.<String>path("state")).isEqualTo("REJECTED");
    assertThat(job.<String>path("reason")).isEqualTo("too inaccurate");
    assertThat(job.<Float>path("outcome.accuracy")).isEqualTo(0.5f);
    Admin.problem(Admin.chief().get(Admin.TRAININGS + "/" + id + "/report"), 404, "JOB_NOT_FOUND");
    Admin.problem(Admin.chief().post(Admin.TRAININGS + "/" + id + "/resume"), 409, "CONFLICT");
  }

  @Test
  void aCrashedTrainingReportsTheReasonAndCanBeResumed() {
    String id = Admin.train(ScriptedExecutor.CRASHES);
    Admin.events(id);
    assertThat(one(id).<String>path("state")).isEqualTo("FAILED");
    assertThat(one(id).<Integer>path("exit_code")).isEqualTo(134);
    assertThat(one(id).<String>path("reason")).contains("the disk is full");

    Response resumed = Admin.chief().post(Admin.TRAININGS + "/" + id + "/resume");

    assertThat(resumed.statusCode()).isEqualTo(202);
    Admin.events(id);
    assertThat(one(id).<Integer>path("attempts")).isEqualTo(2);
  }

  @Test
  void cancellingATrainingEndsItsEvents() {
    String id = Admin.train(ScriptedExecutor.RUNS_UNTIL_STOPPED);
    String waiting = Admin.train(ScriptedExecutor.REJECTS);

    Admin.problem(Admin.chief().delete(Admin.TRAININGS + "/" + id), 409, "CONFLICT");
    Response cancelledWaiting = Admin.chief().post(Admin.TRAININGS + "/" + waiting + "/cancel");
    Response cancelling = Admin.chief().post(Admin.TRAININGS + "/" + id + "/cancel");

    assertThat(cancelledWaiting.statusCode()).isEqualTo(200);
    assertThat(cancelledWaiting.<String>path("state")).isEqualTo("CANCELLED");
    assertThat(cancelling.statusCode()).isEqualTo(202);
    assertThat(cancelling.<Boolean>path("cancelling")).isTrue();
    assertThat(Admin.events(id)).contains("\"state\":\"CANCELLED\"");
    Admin.problem(Admin.chief().post(Admin.TRAININGS + "/" + id + "/cancel"), 409, "CONFLICT");
  }

  @Test
  void anEndedTrainingIsDeletedAndItsVersionStays() {
    String id = Admin.train(ScriptedExecutor.PUBLISHES);
    Admin.events(id);
    int version = one(id).path("outcome.version");

    assertThat(Admin.chief().delete(Admin.TRAININGS + "/" + id).statusCode()).isEqualTo(204);

    Admin.problem(one(id), 404, "JOB_NOT_FOUND");
    Admin.problem(Admin.chief().delete(Admin.TRAININGS + "/" + id), 404, "JOB_NOT_FOUND");
    assertThat(Admin.chief().get("/models/" + AdminProfile.MODEL).<Integer>path("version"))
        .isEqualTo(version);
  }

  @Test
  void aTooDeepRequestIsRejected() {
    String deep = "{\"name\":" + "[".repeat(1100) + "]".repeat(1100) + "}";

    Response response =
        Admin.chief().contentType("application/json").body(deep).post(Admin.TRAININGS);

    assertThat(Admin.problem(response, 400, "BAD_REQUEST")).contains("depth");
  }

  @ParameterizedTest
  @ValueSource(strings = {Admin.TRAININGS, Admin.TRAININGS + "/upload"})
  void anUploadedArchiveIsStoredWithTheJob(String path) throws Exception {
    Response response =
        Admin.chief()
            .multiPart(
                "spec",
                "{\"name\":\"narrow\",\"variant\":\"vanillanet_5\",\"seed\":"
                    + ScriptedExecutor.REJECTS
                    + "}")
            .multiPart("data", "flowers.zip", EMPTY_ZIP)
            .post(path);

    assertThat(response.statusCode()).as(response.asString()).isEqualTo(202);
    assertThat(response.<Boolean>path("uploaded")).isTrue();
    Path jobs =
        Path.of(ConfigProvider.getConfig().getValue("vanillanet.training.jobs", String.class));
    Path archive = jobs.resolve(response.<String>path("id")).resolve("data.zip");
    assertThat(Files.readAllBytes(archive)).isEqualTo(EMPTY_ZIP);
  }

  @ParameterizedTest
  @ValueSource(strings = {Admin.TRAININGS, Admin.TRAININGS + "/upload"})
  void anInvalidTooLargeOrIncompleteUploadIsRejected(String path) {
    String spec = "{\"name\":\"narrow\",\"variant\":\"vanillanet_5\"}";

    Admin.problem(
        Admin.chief()
            .multiPart("spec", spec)
            .multiPart("data", "a.zip", "hello, world".getBytes())
            .post(path),
        400,
        "INVALID_REQUEST");
    Admin.problem(
        Admin.chief()
            .multiPart("spec", spec)
            .multiPart("data", "a.zip", new byte[Integer.parseInt(AdminProfile.MAX_UPLOAD) + 1])
            .post(path),
        413,
        "TOO_LARGE");
    Admin.problem(Admin.chief().multiPart("spec", spec).post(path), 400, "INVALID_REQUEST");
    Admin.problem(
        Admin.chief().multiPart("data", "a.zip", EMPTY_ZIP).post(path), 400, "INVALID_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../models", "/etc", "absent", "flowers/../.."})
  void dataOutsideTheDataRootIsRejected(String path) {
    Map<String, Object> request = new HashMap<>(Admin.request(ScriptedExecutor.REJECTS));
    request.put("data", path);

    assertThat(
            Admin.problem(
                Admin.chief().contentType("application/json").body(request).post(Admin.TRAININGS),
                400,
                "INVALID_REQUEST"))
        .isEqualTo(
            "data: expected an existing path within the data root, found '%s'".formatted(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{\"name\":\"../x\",\"variant\":\"vanillanet_5\",\"data\":\"flowers\"}",
        "{\"name\":\"x\",\"variant\":\"vanillanet_5\"}",
        "{\"name\":\"x\",\"variant\":\"vanillanet_5\",\"data\":\"flowers\",\"epoch\":1}"
      })
  void anInvalidRequestIsRejected(String body) {
    Response response =
        Admin.chief().contentType("application/json").body(body).post(Admin.TRAININGS);

    assertThat(response.statusCode()).as(response.asString()).isEqualTo(400);
    assertThat(response.contentType()).startsWith("application/problem+json");
  }

  @Test
  void unknownJobsAreNotFound() {
    for (String id : List.of("1", "20240101-000000-abcdef", "%2e%2e")) {
      Admin.problem(one(id), 404, "JOB_NOT_FOUND");
      Admin.problem(
          Admin.chief().get(Admin.TRAININGS + "/" + id + "/events"), 404, "JOB_NOT_FOUND");
      Admin.problem(Admin.chief().delete(Admin.TRAININGS + "/" + id), 404, "JOB_NOT_FOUND");
      Admin.problem(
          Admin.chief().post(Admin.TRAININGS + "/" + id + "/cancel"), 404, "JOB_NOT_FOUND");
    }
  }
}
