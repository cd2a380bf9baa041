package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.train.pipeline.PaintedDataset;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Short trainings of a model of their own, on a painted data set below the data root. */
final class Trainings {

  static final String MODEL = "painted";

  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final Set<String> DONE = Set.of("SUCCEEDED", "REJECTED");
  private static final String REQUEST =
      "{\"name\":\"%s\",\"variant\":\"vanillanet_5\",\"dims\":[8,8,8,8],\"input_size\":32,"
          + "\"epochs\":2,\"batch_size\":4,\"data\":\"%s\"}";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = DrilledService.client();

  /** The first answer of each published version to one photo. */
  private final Map<Integer, String> answers = new HashMap<>();

  static void paint(Path root) throws IOException {
    PaintedDataset.write(root.resolve(MODEL), 12, false);
  }

  /** Starts a training and waits for its process. Returns the processes of the training. */
  List<ProcessHandle> start(DrilledService service) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            service
                .request("/admin/trainings")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(REQUEST.formatted(MODEL, MODEL)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    long until = System.nanoTime() + LONGEST.toNanos();
    List<ProcessHandle> children = children(service);
    while (children.isEmpty()) {
      assertThat(System.nanoTime()).as("no process: %s", list(service)).isLessThan(until);
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
      children = children(service);
    }
    return children;
  }

  private static List<ProcessHandle> children(DrilledService service) {
    return service.process().descendants().toList();
  }

  /** Waits until all trainings have ended. Resumes failed ones, whose process was killed. */
  void finish(DrilledService service) throws IOException, InterruptedException {
    long until = System.nanoTime() + LONGEST.toNanos();
    boolean ended = false;
    while (!ended) {
      ended = true;
      for (JsonNode training : list(service)) {
        String state = training.get("state").asText().toUpperCase(Locale.ROOT);
        ended &= DONE.contains(state);
        if (state.equals("FAILED")) {
          String resume = "/admin/trainings/" + training.get("id").asText() + "/resume";
          HttpResponse<String> answer = service.post(http, resume);
          assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        }
      }
      assertThat(System.nanoTime()).as("trainings: %s", list(service)).isLessThan(until);
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
  }

  /** Requires that each published version answers a photo as it did the first time. */
  void requireSameAnswers(DrilledService service) throws IOException, InterruptedException {
    JsonNode known =
        JSON.readTree(service.get(http, "/admin/models/" + MODEL + "/versions").body());
    for (JsonNode version : known.path("versions")) {
      if (version.get("live").asBoolean()) {
        String answer = service.classify(http, MODEL);
        int number = JSON.readTree(answer).get("version").asInt();
        assertThat(number).isEqualTo(version.get("version").asInt());
        assertThat(answers.computeIfAbsent(number, first -> answer)).isEqualTo(answer);
      }
    }
  }

  private JsonNode list(DrilledService service) throws IOException, InterruptedException {
    return JSON.readTree(service.get(http, "/admin/trainings").body()).get("trainings");
  }
}
