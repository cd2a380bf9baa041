package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;

import io.github.vanillanet.serve.api.OpenApiDocument;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** Compares the answers of {@code /admin} with the OpenAPI document. */
@QuarkusTest
@TestProfile(AdminProfile.class)
class AdminOpenApiTest {

  private static final String TRAINING = Admin.TRAININGS + "/{id}";
  private static final String VERSIONS = "/admin/models/{model}/versions";
  private static final String LOAD = "/v2/repository/models/{model}/load";

  @Test
  void answersFitTheirDocumentedSchemas() {
    Admin.awaitReady();
    OpenApiDocument description = OpenApiDocument.fetch();
    String done = Admin.train(ScriptedExecutor.PUBLISHES);
    Admin.events(done);

    description.requireDocumented(
        "POST",
        Admin.TRAININGS,
        202,
        Admin.chief()
            .contentType("application/json")
            .body(Admin.request(ScriptedExecutor.REJECTS))
            .post(Admin.TRAININGS));
    description.requireDocumented(
        "POST",
        Admin.TRAININGS,
        400,
        Admin.chief().contentType("application/json").body("{}").post(Admin.TRAININGS));
    description.requireDocumented("GET", Admin.TRAININGS, 200, Admin.chief().get(Admin.TRAININGS));
    description.requireDocumented("GET", Admin.TRAININGS, 401, given().get(Admin.TRAININGS));
    description.requireDocumented(
        "GET",
        Admin.TRAININGS,
        403,
        given().auth().preemptive().basic("guest", "hello").get(Admin.TRAININGS));
    String planned =
        Admin.chief()
            .queryParam("dry_run", true)
            .contentType("application/json")
            .body(Admin.request(ScriptedExecutor.REJECTS))
            .post(Admin.TRAININGS)
            .path("id");
    Admin.events(planned);
    description.requireDocumented(
        "GET", TRAINING + "/plan", 200, Admin.chief().get(TRAINING + "/plan", planned));
    description.requireDocumented("GET", TRAINING, 200, Admin.chief().get(TRAINING, done));
    description.requireDocumented("GET", TRAINING, 404, Admin.chief().get(TRAINING, "nothing"));
    description.requireDocumented(
        "POST", TRAINING + "/cancel", 409, Admin.chief().post(TRAINING + "/cancel", done));
    description.requireDocumented(
        "POST", TRAINING + "/resume", 409, Admin.chief().post(TRAINING + "/resume", done));
    description.requireDocumented(
        "GET",
        TRAINING + "/metrics",
        200,
        Admin.chief().accept("application/problem+json").get(TRAINING + "/metrics", done));
    description.requireDocumented(
        "GET", TRAINING + "/metrics", 404, Admin.chief().get(TRAINING + "/metrics", planned));
    description.requireDocumented(
        "GET", TRAINING + "/events", 200, Admin.chief().get(TRAINING + "/events", done));
    Admin.chief()
        .accept("application/problem+json") // as generated clients do
        .delete(TRAINING, done)
        .then()
        .statusCode(204);
    description.requireDocumented("DELETE", TRAINING, 404, Admin.chief().delete(TRAINING, done));

    description.requireDocumented(
        "GET", VERSIONS, 200, Admin.chief().get(VERSIONS, AdminProfile.MODEL));
    description.requireDocumented(
        "POST",
        VERSIONS + "/{version}/activate",
        200,
        Admin.chief().post(VERSIONS + "/{version}/activate", AdminProfile.MODEL, 1));
    description.requireDocumented("POST", LOAD, 404, Admin.chief().post(LOAD, "absent"));
    description.requireDocumented("POST", LOAD, 401, given().post(LOAD, AdminProfile.MODEL));
  }
}
