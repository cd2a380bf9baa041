package io.github.vanillanet.model.export;

import static io.github.vanillanet.Failures.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.model.certify.Probes;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.CheckpointImport;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports of the embedded model and of an imported one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VersionExportTest {

  private static final Probes PROBES = new Probes(3, 4);

  private Path folder;
  private StoredVersion embedded;
  private StoredVersion imported;

  @BeforeAll
  void publish(@TempDir Path temporary) throws IOException {
    folder = temporary;
    ModelRepository models = new ModelRepository(folder.resolve("models"));
    Path labels =
        Files.write(
            folder.resolve("ten.txt"),
            "a,b,c,d,e,f,g,h,\u0131,\"j\"".lines().flatMap(l -> Stream.of(l.split(","))).toList());
    EmbeddedModel.publish(models);
    embedded = models.open(new ModelId(EmbeddedModel.NAME, 1));
    imported =
        publish(
            Oracle.file("models/vanillanet_5/checkpoint-3.pth"),
            VanillaNetVariant.VANILLANET_5,
            Optional.of(new CheckpointImport.InputSize(64, 64)),
            Optional.of(labels),
            new ArrayList<>());
  }

  private StoredVersion publish(
      Path file,
      VanillaNetVariant variant,
      Optional<CheckpointImport.InputSize> size,
      Optional<Path> labels,
      List<String> notes) {
    ModelRepository models = new ModelRepository(folder.resolve("models"));
    return new ModelPublisher(TorchRuntime.load(), models, 2, step -> {})
        .publish(
            new CheckpointImport(
                    file,
                    variant,
                    Optional.of("again"),
                    Optional.empty(),
                    Optional.empty(),
                    1,
                    size,
                    labels)
                .read(warning -> {}, notes::add));
  }

  @ParameterizedTest
  @EnumSource(
      value = ExportFormat.class,
      names = {"SAFETENSORS", "PTH"})
  void anExportIsImportedAsTheSameArtifact(ExportFormat format) throws IOException {
    for (StoredVersion version : List.of(embedded, imported)) {
      Path file = folder.resolve("export." + format);
      new VersionExport(version).write(format, false, file);
      List<String> notes = new ArrayList<>();

      StoredVersion again =
          publish(
              file,
              version.manifest().architecture().variant(),
              Optional.empty(),
              Optional.empty(),
              notes);

      assertThat(Sha256.of(again.artifact())).isEqualTo(Sha256.of(version.artifact()));
      assertThat(again.labels()).isEqualTo(version.labels());
      assertThat(again.manifest().preprocessing()).isEqualTo(version.manifest().preprocessing());
      assertThat(notes).hasSize(2); // labels and preprocessing
    }
  }

  @Test
  void anExportOfAnotherVariantIsRejected() {
    Path file = folder.resolve("variant.pth");
    new VersionExport(imported).write(ExportFormat.PTH, false, file);

    assertThatThrownBy(
            () ->
                publish(
                    file,
                    VanillaNetVariant.VANILLANET_6,
                    Optional.empty(),
                    Optional.empty(),
                    new ArrayList<>()))
        .has(code(ErrorCode.BAD_CHECKPOINT));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theEmbeddedModelAnswersTheSameInOnnxRuntime(boolean withPreprocessing) throws Exception {
    Path file = folder.resolve("embedded.onnx");
    new VersionExport(embedded).write(ExportFormat.ONNX, withPreprocessing, file);

    float[][] served =
        OnnxExportTest.served(embedded.artifact(), embedded.manifest().preprocessing(), PROBES);
    float[][] exported =
        OnnxExportTest.forward(
            file, embedded.manifest().preprocessing(), PROBES, withPreprocessing);

    for (int i = 0; i < PROBES.count(); i++) {
      OnnxExportTest.requireClose(served[i], exported[i]);
    }
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      assertThat(metadata)
          .containsEntry("artifact_sha256", Sha256.of(embedded.artifact()))
          .containsKeys("preprocessing", "origin", "weights_sha256");
      assertThat(metadata.get("labels")).contains("airplane", "truck");
      assertThat(Double.parseDouble(metadata.get("temperature")))
          .isEqualTo(embedded.manifest().calibration().orElseThrow().temperature());
    }
  }

  @Test
  void tritonFoldersHaveConfigurationLabelsAndTheNumberedModel() throws Exception {
    Path root = folder.resolve("triton");

    List<Path> models = new TritonRepository(root).add(imported, true);

    assertThat(models).containsExactly(root.resolve("again-onnx"), root.resolve("again-pytorch"));
    assertThat(Files.readString(models.get(0).resolve("config.pbtxt")))
        .contains(
            "name: \"again-onnx\"",
            "backend: \"onnxruntime\"",
            "max_batch_size: 32",
            "name: \"input\", data_type: TYPE_UINT8, dims: [ 64, 64, 3 ]",
            "name: \"logits\", data_type: TYPE_FP32, dims: [ 10 ], label_filename: \"labels.txt\"");
    assertThat(Files.readString(models.get(1).resolve("config.pbtxt")))
        .contains(
            "backend: \"pytorch\"",
            "name: \"INPUT__0\", data_type: TYPE_UINT8, dims: [ 64, 64, 3 ]",
            "name: \"OUTPUT__0\", data_type: TYPE_FP32, dims: [ 10 ]");
    assertThat(Files.readAllLines(models.get(0).resolve("labels.txt")))
        .isEqualTo(imported.labels());
    assertThat(Sha256.of(models.get(1).resolve("1/model.pt")))
        .isEqualTo(Sha256.of(imported.artifact()));
    OnnxExportTest.requireClose(
        OnnxExportTest.served(imported.artifact(), imported.manifest().preprocessing(), PROBES)[0],
        OnnxExportTest.forward(
            models.get(0).resolve("1/model.onnx"),
            imported.manifest().preprocessing(),
            PROBES,
            true)[0]);
    assertThatThrownBy(() -> new TritonRepository(root).add(imported, true))
        .has(code(ErrorCode.BAD_CONFIGURATION));
    try (Stream<Path> entries = Files.list(root)) {
      assertThat(entries).hasSize(2);
    }
  }

  @Test
  void aFileThatCannotBeWrittenLeavesNothingBehind() throws IOException {
    Path file = Files.createDirectories(folder.resolve("full/model.onnx"));

    assertThatThrownBy(() -> new VersionExport(imported).write(ExportFormat.ONNX, false, file))
        .has(code(ErrorCode.BAD_CONFIGURATION));
    try (Stream<Path> entries = Files.list(folder.resolve("full"))) {
      assertThat(entries).containsExactly(file);
    }
  }

  @Test
  void theCheckRunsOnnxRuntimeFromItsJar() throws Exception {
    Path jar =
        Path.of(OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path good = folder.resolve("good.onnx");
    Path other = folder.resolve("other.onnx");
    new VersionExport(imported).write(ExportFormat.ONNX, true, good);
    new VersionExport(imported).write(ExportFormat.ONNX, false, other);

    assertThat(new OnnxCheck(jar).run(good, imported, true)).isLessThan(1e-5);
    assertThat(new OnnxCheck(jar).run(other, imported, false)).isLessThan(1e-5);
    StoredVersion raw =
        publish(
            Oracle.file("models/vanillanet_5/deploy_from_model.pth"),
            VanillaNetVariant.VANILLANET_5,
            Optional.of(new CheckpointImport.InputSize(64, 64)),
            Optional.empty(),
            new ArrayList<>());
    assertThatThrownBy(() -> new OnnxCheck(jar).run(other, raw, false)) // other weights
        .has(code(ErrorCode.NOT_EQUIVALENT));
    assertThatThrownBy(() -> new OnnxCheck(good).run(good, imported, true))
        .has(code(ErrorCode.BAD_CONFIGURATION));
  }
}
