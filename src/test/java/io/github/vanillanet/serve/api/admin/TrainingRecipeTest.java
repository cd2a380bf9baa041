package io.github.vanillanet.serve.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The recipe in requests, in answers and in jobs of earlier versions. */
@QuarkusTest
@TestProfile(AdminProfile.class)
class TrainingRecipeTest {

  @BeforeEach
  void awaitReady() {
    Admin.awaitReady();
  }

  private static Response post(Map<String, Object> further) {
    Map<String, Object> request = new HashMap<>(Admin.request(ScriptedExecutor.REJECTS));
    request.putAll(further);
    return Admin.chief().contentType("application/json").body(request).post(Admin.TRAININGS);
  }

  @Test
  void aJobShowsTheRequestAndTheCompletedRecipe() {
    Response job = post(Map.of("batch_size", 4, "accumulation", 2));

    assertThat(job.statusCode()).as(job.asString()).isEqualTo(202);
    assertThat(job.<Integer>path("request.accumulation")).isEqualTo(2);
    assertThat(job.<Integer>path("request.epochs")).isNull();
    assertThat(job.<Integer>path("recipe.accumulation_steps")).isEqualTo(2);
    assertThat(job.<Integer>path("recipe.batch_size")).isEqualTo(4);
    assertThat(job.<Integer>path("recipe.epochs")).isEqualTo(30);
    assertThat(job.<String>path("recipe.optimizer")).isEqualTo("lamb");
  }

  @Test
  void anImpossibleRecipeIsRejectedWithTheNameOfTheMember() {
    assertThat(Admin.problem(post(Map.of("variant", "resnet_50")), 400, "INVALID_REQUEST"))
        .startsWith("variant: ");
    assertThat(Admin.problem(post(Map.of("preset", "magic")), 400, "INVALID_REQUEST"))
        .startsWith("preset: ");
    assertThat(Admin.problem(post(Map.of("decay_epochs", 30)), 400, "INVALID_REQUEST"))
        .startsWith("decay_epochs: ");
    for (String absent : new String[] {"absent", "absent/1", "narrow/999", "../x/1", ".."}) {
      Admin.problem(post(Map.of("fine_tune_from", absent)), 404, "MODEL_NOT_FOUND");
    }
  }

  @Test
  void aJobOfAnEarlierVersionIsShownAndResumed() throws IOException {
    String id = "20230101-000000-0abcde";
    Path folder =
        Path.of(ConfigProvider.getConfig().getValue("vanillanet.training.jobs", String.class))
            .resolve(id);
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("spec.json"),
        """
        {"request":{"name":"narrow","variant":"vanillanet_5","accumulation":2,"seed":%d},\
        "archive":"data.zip","archive_files":10,"archive_bytes":1000,"repository":"/models",\
        "device":"cpu","checkpoint_seconds":300}
        """
            .formatted(ScriptedExecutor.REJECTS));
    Files.writeString(
        folder.resolve("state.json"),
        """
        {"state":"FAILED","created":"2024-01-01T00:00:00Z","started":"2024-01-01T00:00:01Z",\
        "finished":"2024-01-01T00:01:00Z","attempts":1,"cancel_requested":false,"exit_code":137,\
        "reason":"killed"}
        """);

    Response failed = Admin.chief().get(Admin.TRAININGS + "/" + id);
    Response resumed = Admin.chief().post(Admin.TRAININGS + "/" + id + "/resume");
    Admin.events(id);

    assertThat(failed.<String>path("state")).isEqualTo("FAILED");
    assertThat(failed.<Integer>path("exit_code")).isEqualTo(137);
    assertThat(failed.<Integer>path("request.accumulation")).isEqualTo(2);
    assertThat(failed.<Boolean>path("uploaded")).isTrue();
    assertThat(resumed.statusCode()).isEqualTo(202);
    Response ended = Admin.chief().get(Admin.TRAININGS + "/" + id);
    assertThat(ended.<String>path("state")).isEqualTo("REJECTED");
    assertThat(ended.<Integer>path("attempts")).isEqualTo(2);
  }
}
