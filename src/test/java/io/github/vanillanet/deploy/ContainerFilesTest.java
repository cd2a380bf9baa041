package io.github.vanillanet.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.vanillanet.deploy.ContainerFile.Instruction;
import io.github.vanillanet.deploy.ContainerFile.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Static checks of the Dockerfiles. */
class ContainerFilesTest {

  private static final String CPU = "Dockerfile.cpu";
  private static final String GPU = "Dockerfile.gpu";
  private static final String LIBTORCH = "/opt/libtorch/lib";

  @TempDir Path folder;

  private static ContainerFile read(String name) throws IOException {
    return ContainerFile.read(ProjectFile.ROOT.resolve(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void everyBaseImageIsAStageOrHasAVersion(String name) throws IOException {
    Set<String> earlier = new HashSet<>();
    for (Stage stage : read(name).stages()) {
      if (!earlier.contains(stage.image())) {
        assertThat(stage.image()).matches("[a-z][a-z0-9/-]*:\\d+[\\w.-]*");
      }
      earlier.add(stage.name());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void nothingIsDownloadedByUrl(String name) throws IOException {
    for (Stage stage : read(name).stages()) {
      assertThat(stage.all("ADD")).isEmpty();
      assertThat(stage.all("RUN"))
          .noneMatch(
              run -> run.arguments().matches(".*\\b(curl|wget|git clone|pip)\\s+-?\\S*://.*"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void everyCopiedFileExistsAndIsNotIgnored(String name) throws IOException {
    ContainerFile file = read(name);
    List<String> kept =
        Files.readAllLines(ProjectFile.ROOT.resolve(".dockerignore")).stream()
            .filter(line -> line.startsWith("!"))
            .map(line -> line.substring(1))
            .toList();
    Set<String> earlier = new HashSet<>();
    for (Stage stage : file.stages()) {
      for (Instruction copy : stage.all("COPY")) {
        if (copy.arguments().startsWith("--from=")) {
          String from = copy.arguments().split("[=\\s]+")[1];
          assertThat(earlier).as("stages before %s", copy).contains(from);
        } else {
          List<String> words = copy.words();
          for (String source : words.subList(0, words.size() - 1)) {
            assertThat(ProjectFile.ROOT.resolve(source)).exists();
            assertThat(kept).anyMatch(pattern -> Path.of(source).startsWith(pattern));
          }
        }
      }
      earlier.add(stage.name());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void theProcessIsNotRootAndReceivesSignals(String name) throws IOException {
    Stage image = read(name).last();

    assertThat(image.only("USER").arguments()).matches("[1-9]\\d*:[1-9]\\d*");
    assertThat(image.only("ENTRYPOINT").isExecForm()).isTrue();
    assertThat(image.only("ENTRYPOINT").execForm())
        .startsWith("tini", "-e", "143", "--", "/opt/vanillanet/choose-repository.sh", "java")
        .contains("-Djava.io.tmpdir=/tmp", "--enable-native-access=ALL-UNNAMED")
        .endsWith("-jar", "/opt/vanillanet/quarkus-run.jar");
    assertThat(image.only("CMD").execForm()).containsExactly("serve");
    assertThat(image.only("EXPOSE").arguments()).isEqualTo("8080");
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void theProcessStartsWithTheArchiveOfClassesThatTheBuildWrites(String name) throws IOException {
    Stage image = read(name).last();
    String script = Files.readString(ProjectFile.ROOT.resolve("deploy/image/archive-classes.sh"));

    assertThat(image.all("RUN"))
        .anyMatch(run -> run.arguments().contains("archive-classes.sh /opt/vanillanet "));
    assertThat(script).contains("-XX:ArchiveClassesAtExit=\"$app/classes.jsa\"");
    assertThat(image.only("ENTRYPOINT").execForm())
        .contains("-XX:SharedArchiveFile=/opt/vanillanet/classes.jsa");
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void theHealthCheckUsesPortAndPathOfTheService(String name) throws IOException {
    Instruction health = read(name).last().only("HEALTHCHECK");

    assertThat(health.arguments())
        .contains("--interval=", "--timeout=", "--start-period=", "--retries=")
        .contains("http://127.0.0.1:${QUARKUS_HTTP_PORT:-${AIP_HTTP_PORT:-8080}}/q/health/live");
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void writableFoldersAreVolumesOfTheUser(String name) throws IOException {
    Stage image = read(name).last();
    List<String> volumes = image.only("VOLUME").execForm();
    Map<String, String> variables = image.assignments("ENV");

    assertThat(volumes).contains("/tmp", "/models");
    assertThat(volumes).contains(image.only("WORKDIR").arguments());
    for (String folder : List.of("HOME", "ENGINE_CACHE_DIR")) {
      assertThat(volumes).anyMatch(volume -> Path.of(variables.get(folder)).startsWith(volume));
    }
    String owned =
        image.all("RUN").stream()
            .map(Instruction::arguments)
            .filter(run -> run.startsWith("install -d -o 1000 -g 1000"))
            .findFirst()
            .orElseThrow();
    assertThat(volumes).allMatch(v -> v.equals("/tmp") || owned.contains(v));
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void theEngineUsesTheLibtorchOfThePomOffline(String name) throws IOException {
    Stage image = read(name).last();
    Map<String, String> variables = image.assignments("ENV");

    assertThat(variables)
        .containsEntry("PYTORCH_LIBRARY_PATH", LIBTORCH)
        .containsEntry("PYTORCH_VERSION", ProjectFile.pomProperty("libtorch.version"))
        .containsEntry("PYTORCH_FLAVOR", name.equals(CPU) ? "cpu" : "cu128")
        .containsEntry("DJL_OFFLINE", "true")
        .containsEntry("OMP_WAIT_POLICY", "PASSIVE")
        .containsEntry("MALLOC_ARENA_MAX", "1");
    assertThat(variables.get("LD_LIBRARY_PATH").split(":")).contains(LIBTORCH);
    assertThat(image.assignments("LABEL"))
        .containsEntry("org.opencontainers.image.version", ProjectFile.pomProperty("version"))
        .containsEntry("org.opencontainers.image.base.name", "$RUNTIME_IMAGE");
    assertThat(image.only("ARG").arguments()).isEqualTo("RUNTIME_IMAGE");
    for (String variable : variables.keySet()) {
      assertThat(variable).matches(Settings::isKnownOrUnrelated);
    }
  }

  @Test
  void theGpuImageUsesLibtorchOfTheOfficialImage() throws IOException {
    ContainerFile file = read(GPU);

    assertThat(file.stages())
        .extracting(Stage::image)
        .contains(
            "pytorch/pytorch:%s-cuda12.8-cudnn9-runtime"
                .formatted(ProjectFile.pomProperty("libtorch.version")));
    assertThat(file.last().all("COPY"))
        .anyMatch(copy -> copy.arguments().contains("linux-x86_64/cu128/libdjl_torch.so"));
  }

  @Test
  void theImagesRunTheJavaThatBuildsAndTests() throws IOException {
    String java = ProjectFile.pomProperty("maven.compiler.release");
    for (String name : List.of(CPU, GPU)) {
      assertThat(read(name).stages().get(0).image()).endsWith("-temurin-" + java);
      assertThat(read(name).last().image()).startsWith("eclipse-temurin:" + java + "-jre");
    }
  }

  @Test
  void theGpuImageStartsWithoutADriverAndFindsItWhereItIsMounted() throws IOException {
    Map<String, String> variables = read(GPU).last().assignments("ENV");
    String libraries =
        read(GPU).stages().get(1).all("RUN").stream()
            .map(Instruction::arguments)
            .reduce("", String::concat);

    assertThat(variables.get("LD_LIBRARY_PATH").split(":"))
        .containsExactly(LIBTORCH, "/opt/cuda/lib", "/usr/local/nvidia/lib64");
    assertThat(variables).doesNotContainKey("NVIDIA_VISIBLE_DEVICES");
    assertThat(libraries)
        .as("it needs the driver, and the engine loads all of its folder")
        .contains("mv /opt/libtorch/lib/libcaffe2_nvrtc.so /opt/cuda/lib/");
  }

  @ParameterizedTest
  @ValueSource(strings = {CPU, GPU})
  void everyBaseImageCanBeReplaced(String name) throws IOException {
    List<String> bases =
        Files.readAllLines(ProjectFile.ROOT.resolve(name)).stream()
            .filter(line -> line.startsWith("FROM ") && !line.startsWith("FROM build "))
            .toList();

    assertThat(bases).hasSizeGreaterThan(1).allMatch(line -> line.matches("FROM \\$\\w+_IMAGE.*"));
  }

  @ParameterizedTest
  @CsvSource({
    "false, '', /models",
    "true, '', ML",
    "true, s3://bucket/prefix, s3://bucket/prefix",
    "false, /elsewhere, /elsewhere"
  })
  void sageMakersFolderIsTheRepositoryIfItExistsAndNoneIsSet(
      boolean exists, String set, String expected) throws Exception {
    Path model = folder.resolve("ml");
    if (exists) {
      Files.createDirectory(model);
    }
    Path script = folder.resolve("choose-repository.sh");
    String shipped =
        Files.readString(ProjectFile.ROOT.resolve("deploy/image/choose-repository.sh"));
    assertThat(shipped).contains("/opt/ml/model");
    Files.writeString(script, shipped.replace("/opt/ml/model", model.toString()));
    ProcessBuilder process =
        new ProcessBuilder("sh", script.toString(), "sh", "-c", "echo $VANILLANET_REPOSITORY $1")
            .redirectErrorStream(true);
    process.command().addAll(List.of("-", "an argument"));
    process.environment().put("VANILLANET_REPOSITORY", set);

    Process run = process.start();

    assertThat(new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("%s an argument\n".formatted(expected.equals("ML") ? model : expected));
    assertThat(run.waitFor()).isZero();
  }

  @Test
  void theParserJoinsLinesAndDropsComments() {
    List<String> lines =
        List.of("FROM a:1 AS b", "# a comment", "ENV X=1 \\", "  # inside", "  Y=\"2 3\"");

    ContainerFile file = ContainerFile.parse(Path.of("x"), lines);

    assertThat(file.last().name()).isEqualTo("b");
    assertThat(file.last().assignments("ENV")).containsEntry("X", "1").containsEntry("Y", "2 3");
  }
}
