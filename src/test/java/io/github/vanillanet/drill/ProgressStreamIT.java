package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.cli.Jar;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stops the packaged service while a client follows a training. */
class ProgressStreamIT {

  @Test
  @Timeout(300)
  void theStreamEndsWhenTheServiceStops(@TempDir Path folder) throws Exception {
    Jar jar = new Jar(folder);
    assertThat(jar.importSmall(folder.resolve("models")).exitCode()).isZero();
    Trainings.paint(folder.resolve("data"));
    DrilledService service =
        DrilledService.start(
            jar,
            folder,
            Map.of("VANILLANET_TRAINING_DATA_ROOT", folder.resolve("data").toString()));
    HttpClient http = DrilledService.client();
    List<ProcessHandle> training = new Trainings().start(service);
    try {
      String id =
          new ObjectMapper()
              .readTree(service.get(http, "/admin/trainings").body())
              .at("/trainings/0/id")
              .asText();
      HttpResponse<Stream<String>> events =
          http.send(
              service.request("/admin/trainings/" + id + "/events").build(),
              HttpResponse.BodyHandlers.ofLines());
      assertThat(events.statusCode()).isEqualTo(200);

      service.process().destroy();

      // the body of a connection that is cut off ends with an exception
      assertThat(events.body().toList()).doesNotContain("event:end");
      Jar.Result result = service.result();
      assertThat(result.exitCode()).as(result.err()).isEqualTo(128 + 15);
      assertThat(result.err()).doesNotContain("cut off").doesNotContain("\tat ");
    } finally {
      training.forEach(ProcessHandle::destroyForcibly);
      training.forEach(process -> process.onExit().join());
    }
  }
}
