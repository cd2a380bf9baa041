package io.github.vanillanet.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.cli.Jar;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills processes at random moments with SIGKILL. After each kill the service starts again, answers
 * with golden logits, finishes its trainings and leaves no temporary file.
 */
class KillDrill {

  private static final int KILLS = 200;
  private static final long MINUTES = 120;
  private static final int KEPT_VERSIONS = 4;
  private static final int CLASSES = 10;

  /** The included model. */
  private static final String FIRST_MODEL = "vanillanet-6-cifar10";

  private static final Duration POLL_INTERVAL = Duration.ofMillis(1);

  private enum Kill {
    IMPORT,
    PUBLISH,
    ACTIVATE,
    FIRST_START,
    TRAINING_CHILD,
    TRAINING_PARENT
  }

  private final Path folder;
  private final Jar jar;
  private final ModelRepository repository;
  private final TwoVersions versions;
  private final Trainings trainings = new Trainings();
  private final HttpClient http = DrilledService.client();
  private final Map<Kill, Integer> kills = new EnumMap<>(Kill.class);

  /** Ended before they were killed. */
  private int late;

  private Random random;
  private String firstAnswer;
  private Set<String> firstFiles;
  private int importMillis;
  private int startMillis;

  KillDrill(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.jar = new Jar(folder);
    this.repository = new ModelRepository(folder.resolve("models"));
    this.versions = new TwoVersions(repository.root());
  }

  @Test
  void theServiceStartsAgainWithGoldenAnswersAndWithoutLeftovers() throws Exception {
    Drill drill = Drill.start("kills", KILLS, MINUTES);
    random = new Random(drill.seed());
    Trainings.paint(folder.resolve("data"));
    importMillis = millis(() -> versions.importBoth(jar)) / TwoVersions.KEYS.size();
    Path clean = folder.resolve("clean");
    startMillis = millis(() -> firstAnswer = startAndStop(clean));
    firstFiles = DrilledFiles.all(clean);
    FolderTree.delete(clean);

    int done = 0;
    for (; drill.continuesAfter(done); done++) {
      Kill kill = Kill.values()[done % Kill.values().length];
      try {
        round(kill, done);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("kill %d, %s".formatted(done, kill), e);
      }
      kills.merge(kill, 1, Integer::sum);
    }
    drill.end(
        done, "%s, %d of them after the end, 0 wrong answers, 0 files left".formatted(kills, late));
  }

  private void round(Kill kill, int number) throws Exception {
    Set<Integer> before = new TreeSet<>(repository.versions(TwoVersions.MODEL));
    Set<Integer> expected = before;
    switch (kill) {
      case IMPORT -> kill(importing(number).process(), random.nextInt(importMillis));
      case PUBLISH -> {
        Process process = importing(number).process();
        while (process.isAlive() && DrilledFiles.hidden(repository.root()).isEmpty()) {
          LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
        kill(process, random.nextInt(100));
      }
      case ACTIVATE -> expected = killWhileActivating(List.copyOf(before));
      case FIRST_START -> {
        killFirstStart();
        return;
      }
      case TRAINING_CHILD -> {
        try (DrilledService service = start()) {
          List<ProcessHandle> children = trainings.start(service);
          service.process().waitFor(random.nextInt(startMillis * 2), TimeUnit.MILLISECONDS);
          children.forEach(ProcessHandle::destroyForcibly);
          check(service, before, before);
        }
        requireNoLeftovers();
        return;
      }
      case TRAINING_PARENT -> {
        DrilledService service = start();
        try {
          trainings.start(service);
        } finally {
          kill(service.process(), random.nextInt(startMillis * 2));
        }
      }
    }
    try (DrilledService service = start()) {
      check(service, before, expected);
    }
    requireNoLeftovers();
  }

  /**
   * @param before the complete versions before the kill
   * @param expected the versions that may be served
   */
  private void check(DrilledService service, Set<Integer> before, Set<Integer> expected)
      throws Exception {
    service.requireReady(http);
    int served = versions.requireGolden(service, http);
    trainings.finish(service);
    trainings.requireSameAnswers(service);
    List<Integer> found = repository.versions(TwoVersions.MODEL);
    assertThat(found).containsAll(before);
    for (int version : found) {
      if (!before.contains(version)) { // the import was complete before the kill
        activate(service, version);
        assertThat(versions.requireGolden(service, http)).isEqualTo(version);
      }
    }
    assertThat(served).matches(version -> expected.contains(version) || !before.contains(version));
    int last = versions.requireGolden(service, http);
    for (int version : found.subList(0, Math.max(0, found.size() - KEPT_VERSIONS))) {
      if (version != last) {
        repository.delete(new ModelId(TwoVersions.MODEL, version));
      }
    }
  }

  private void requireNoLeftovers() throws IOException {
    assertThat(DrilledFiles.hidden(repository.root())).isEmpty();
    assertThat(DrilledFiles.hidden(folder.resolve("jobs"))).isEmpty();
    assertThat(DrilledFiles.all(folder.resolve("tmp"))).containsExactly("");
  }

  /** Returns the versions that may be active afterwards: the last confirmed or requested one. */
  private Set<Integer> killWhileActivating(List<Integer> choices) throws Exception {
    DrilledService service = start();
    Set<Integer> possible = new TreeSet<>(Set.of(versions.requireGolden(service, http)));
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(2000));
    Thread killer =
        new Thread(
            () -> {
              LockSupport.parkNanos(until - System.nanoTime());
              service.process().destroyForcibly();
            },
            "killer");
    killer.start();
    try {
      while (true) {
        int version = choices.get(random.nextInt(choices.size()));
        possible.add(version);
        activate(service, version);
        possible.retainAll(Set.of(version));
      }
    } catch (IOException e) { // killed
      return possible;
    } finally {
      killer.join();
      service.process().waitFor();
    }
  }

  private void activate(DrilledService service, int version)
      throws IOException, InterruptedException {
    String path = "/admin/models/%s/versions/%d/activate".formatted(TwoVersions.MODEL, version);
    HttpResponse<String> answer = service.post(http, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private void killFirstStart() throws Exception {
    Path home = folder.resolve("first");
    kill(
        DrilledService.launch(jar, home, environment(home)).process(), random.nextInt(startMillis));
    assertThat(startAndStop(home)).isEqualTo(firstAnswer);
    assertThat(DrilledFiles.all(home)).isEqualTo(firstFiles);
    FolderTree.delete(home);
  }

  /** Unpacks libtorch and the included model; returns the answer to a photo. */
  private String startAndStop(Path home) throws IOException, InterruptedException {
    try (DrilledService service = DrilledService.start(jar, home, environment(home))) {
      service.requireReady(http);
      return service.classify(http, FIRST_MODEL);
    }
  }

  private Jar.Running importing(int number) throws IOException {
    String key = TwoVersions.KEYS.get(number / 2 % TwoVersions.KEYS.size());
    List<String> labels =
        IntStream.range(0, CLASSES)
            .mapToObj(label -> "class %d of %d".formatted(label, number))
            .toList();
    List<String> command = new ArrayList<>(versions.importing(key));
    command.add("--labels"); // other labels are another version
    command.add(Files.write(folder.resolve("labels.txt"), labels).toString());
    return jar.start(List.of(), environment(folder), command.toArray(String[]::new));
  }

  private DrilledService start() throws IOException, InterruptedException {
    return DrilledService.start(jar, folder, environment(folder));
  }

  private Map<String, String> environment(Path home) throws IOException {
    Map<String, String> variables = new HashMap<>();
    variables.put("ENGINE_CACHE_DIR", home.resolve("engine").toString());
    variables.put("VANILLANET_TRAINING_DATA_ROOT", folder.resolve("data").toString());
    variables.put("JAVA_TOOL_OPTIONS", DrilledService.temporary(home));
    return variables;
  }

  private void kill(Process process, int afterMillis) throws InterruptedException {
    if (process.waitFor(afterMillis, TimeUnit.MILLISECONDS)) {
      late++;
    }
    process.destroyForcibly().waitFor();
  }

  private interface Action {
    void run() throws Exception;
  }

  private static int millis(Action action) throws Exception {
    long started = System.nanoTime();
    action.run();
    return (int) TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
  }
}
