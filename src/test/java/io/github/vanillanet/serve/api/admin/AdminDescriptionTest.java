package io.github.vanillanet.serve.api.admin;

import static io.restassured.RestAssured.given;

import io.github.vanillanet.serve.api.Description;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** What administrators are answered, against the document. */
@QuarkusTest
@TestProfile(OpenedAdmin.class)
class AdminDescriptionTest {

  private static final String TRAINING = Admin.TRAININGS + "/{id}";
  private static final String VERSIONS = "/admin/models/{model}/versions";
  private static final String LOAD = "/v2/repository/models/{model}/load";

  @Test
  void whatIsAnsweredIsWhatIsDescribed() {
    Admin.awaitReady();
    Description description = Description.fetch();
    String done = Admin.train(ScriptedTraining.PUBLISHES);
    Admin.events(done);

    description.requireFits(
        "POST",
        Admin.TRAININGS,
        202,
        Admin.chief()
            .contentType("application/json")
            .body(Admin.request(ScriptedTraining.REJECTS))
            .post(Admin.TRAININGS));
    description.requireFits(
        "POST",
        Admin.TRAININGS,
        400,
        Admin.chief().contentType("application/json").body("{}").post(Admin.TRAININGS));
    description.requireFits("GET", Admin.TRAININGS, 200, Admin.chief().get(Admin.TRAININGS));
    description.requireFits("GET", Admin.TRAININGS, 401, given().get(Admin.TRAININGS));
    description.requireFits(
        "GET",
        Admin.TRAININGS,
        403,
        given().auth().preemptive().basic("guest", "hello").get(Admin.TRAININGS));
    description.requireFits("GET", TRAINING, 200, Admin.chief().get(TRAINING, done));
    description.requireFits("GET", TRAINING, 404, Admin.chief().get(TRAINING, "nothing"));
    description.requireFits("DELETE", TRAINING, 409, Admin.chief().delete(TRAINING, done));
    description.requireFits(
        "POST", TRAINING + "/resume", 409, Admin.chief().post(TRAINING + "/resume", done));
    description.requireFits(
        "GET", TRAINING + "/events", 200, Admin.chief().get(TRAINING + "/events", done));

    description.requireFits("GET", VERSIONS, 200, Admin.chief().get(VERSIONS, OpenedAdmin.MODEL));
    description.requireFits(
        "POST",
        VERSIONS + "/{version}/activate",
        200,
        Admin.chief().post(VERSIONS + "/{version}/activate", OpenedAdmin.MODEL, 1));
    description.requireFits("POST", LOAD, 404, Admin.chief().post(LOAD, "nobody"));
    description.requireFits("POST", LOAD, 401, given().post(LOAD, OpenedAdmin.MODEL));
  }
}
