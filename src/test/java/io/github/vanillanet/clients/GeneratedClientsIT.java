package io.github.vanillanet.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that the OpenAPI Generator creates from the document of the packaged service. Each is
 * compiled, and called with the service's answers.
 */
class GeneratedClientsIT {

  private static final Path GENERATOR = Path.of("target/openapi-generator/openapi-generator.jar");
  private static final Path IMAGE = Path.of("src/test/resources/odd-encodings/jpeg_rgb.jpg");
  private static final String TEST_CLASS_PATH = System.getProperty("java.class.path");

  /** The native library of the Java generator reads every answer as JSON. */
  private static final Set<String> NOT_JSON =
      Set.of(
          "GET /admin/trainings/{id}/events",
          "GET /admin/trainings/{id}/metrics",
          "GET /admin/trainings/{id}/thumbnails/{number}");

  /** The generator of clients for pydantic 1. A folder of this name has its changed templates. */
  private static final String PYDANTIC_1 = "python-pydantic-v1";

  @TempDir private static Path folder;
  private static TrainedService service;
  private static JsonNode document;

  /** Interpreters by the generator whose client they can run. */
  private static Map<String, String> pythons;

  @BeforeAll
  static void generate() throws IOException, InterruptedException {
    service = new TrainedService(folder);
    String text = service.get("/q/openapi?format=json");
    document = new ObjectMapper().readTree(text);
    Files.writeString(folder.resolve("openapi.json"), text);
    configure("java", "java", "library: native, openApiNullable: false, useJakartaEe: true");
    configure("typescript", "typescript-fetch", "supportsES6: true");
    List<String> command =
        new ArrayList<>(
            List.of(
                java("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                GENERATOR.toAbsolutePath().toString(),
                "batch",
                "--fail-fast",
                "java.yaml",
                "typescript.yaml"));
    pythons = findPythons();
    for (String generator : pythons.keySet()) {
      String templates =
          generator.equals(PYDANTIC_1) ? ", templateDir: " + resource(generator) : "";
      configure(generator, generator, "packageName: vanillanet_client" + templates);
      command.add(generator + ".yaml");
    }
    assertThat(run(command)).contains("[SUCCESS]");
  }

  /** The two major versions of pydantic need different clients. */
  private static Map<String, String> findPythons() throws IOException, InterruptedException {
    Map<String, String> found = new TreeMap<>();
    for (String python : List.of("python3", "/usr/bin/python3")) {
      if (Programs.succeeds(python, "-c", "import dateutil, pydantic, urllib3")) {
        String version = run(List.of(python, "-c", "import pydantic; print(pydantic.VERSION)"));
        String generator = version.startsWith("1.") ? PYDANTIC_1 : "python";
        found.putIfAbsent(generator, python);
      }
    }
    return found;
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (service != null) {
      service.close();
    }
  }

  /** Describes a client in {@code NAME.yaml}; it is generated into the folder {@code NAME}. */
  private static void configure(String name, String generator, String properties)
      throws IOException {
    Files.writeString(
        folder.resolve(name + ".yaml"),
        """
        inputSpec: openapi.json
        generatorName: %s
        outputDir: %s
        additionalProperties: {%s, hideGenerationTimestamp: true, useSingleRequestParameter: true}
        """
            .formatted(generator, name, properties));
  }

  @Test
  void theJavaClientCallsEveryOperation() throws IOException, InterruptedException {
    Path classes = folder.resolve("classes");
    List<String> compiler =
        new ArrayList<>(
            List.of(java("javac"), "-proc:none", "-cp", TEST_CLASS_PATH, "-d", classes.toString()));
    try (Stream<Path> files = Files.walk(folder.resolve("java/src/main/java"))) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(compiler::add);
    }
    compiler.add(resource("JavaClient.java"));
    run(compiler);

    String output =
        run(
            List.of(
                java("java"),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes + ":" + TEST_CLASS_PATH,
                "JavaClient",
                service.address().toString(),
                TrainedService.authorization(),
                IMAGE.toAbsolutePath().toString(),
                TrainedService.MODEL,
                service.training(),
                TrainedService.DATA,
                service.zip().toString()));

    Set<String> missing = operations();
    Set<String> called = output.lines().collect(Collectors.toSet());
    missing.removeIf(operation -> called.stream().anyMatch(call -> call.matches(regex(operation))));
    assertThat(missing).isEqualTo(NOT_JSON);
  }

  /** {@code GET /models/{model}} and so on. */
  private static Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      path.getValue()
          .fieldNames()
          .forEachRemaining(
              method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
    }
    return operations;
  }

  private static String regex(String operation) {
    return operation.replaceAll("\\{\\w+}", "[^/:]+");
  }

  @Test
  void theTypeScriptClientReadsTheAnswers() throws IOException, InterruptedException {
    assumeTrue(
        Programs.succeeds("node", "--version") && Programs.succeeds("tsc", "--version"),
        "no node or tsc");
    Path sources = Files.createDirectories(folder.resolve("ts"));
    Files.move(folder.resolve("typescript"), sources.resolve("generated"));
    Files.copy(Path.of(resource("client.ts")), sources.resolve("client.ts"));

    run(
        List.of(
            "tsc",
            "--strict",
            "--target",
            "es2022",
            "--module",
            "commonjs",
            "--lib",
            "es2022,dom,dom.iterable",
            "--outDir",
            "js",
            "ts/client.ts"));
    run(scripted("node", "js/client.js"));
  }

  @Test
  void thePythonClientsAcceptTheAnswers() throws IOException, InterruptedException {
    assumeFalse(pythons.isEmpty(), "no python3 with pydantic, urllib3 and dateutil");

    for (Map.Entry<String, String> entry : pythons.entrySet()) {
      String script = entry.getKey() + "/client.py";
      Files.copy(Path.of(resource("python_client.py")), folder.resolve(script));

      assertThat(run(scripted(entry.getValue(), script))).as(entry.getKey()).contains("done");
    }
  }

  private static List<String> scripted(String interpreter, String script) {
    return List.of(
        interpreter,
        script,
        service.address().toString(),
        TrainedService.USER,
        TrainedService.PASSWORD,
        IMAGE.toAbsolutePath().toString(),
        TrainedService.MODEL,
        service.training());
  }

  private static String resource(String name) {
    return Path.of("src/test/resources/clients", name).toAbsolutePath().toString();
  }

  private static String java(String tool) {
    return Path.of(System.getProperty("java.home"), "bin", tool).toString();
  }

  /** Runs a program in the folder; fails unless it succeeds. */
  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s\n%s", command.get(0), output).isZero();
    return output;
  }
}
