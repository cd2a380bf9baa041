package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.model.export.ExportFormat;
import io.github.vanillanet.model.export.OnnxCheck;
import io.github.vanillanet.model.export.OnnxExport;
import io.github.vanillanet.model.export.TritonRepository;
import io.github.vanillanet.model.export.VersionExport;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code export}: writes a version in the format of another program. */
@Command(
    name = "export",
    description =
        "Write a version as ONNX, safetensors or a PyTorch state dict, or for Triton. The output is"
            + " the net's logits; the metadata has the temperature of its calibration.")
final class ExportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "MODEL[/VERSION]", description = "the version; default: the active one")
  private String model;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Target target;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "the file to write; default: MODEL-VERSION.FORMAT")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--with-preprocessing",
      description = "ONNX: the input is uint8 pixels [batch, height, width, 3], not normalised")
  private boolean withPreprocessing;

  @Option(
      names = "--check",
      paramLabel = "JAR",
      description = "ONNX: compare the answers with the certificate in ONNX Runtime from this jar")
  private Optional<Path> check = Optional.empty();

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  private static final class Target {

    @Option(names = "--format", required = true, description = "onnx, safetensors or pth")
    private Optional<ExportFormat> format = Optional.empty();

    @Option(
        names = "--triton",
        required = true,
        paramLabel = "DIR",
        description = "add models for Triton's onnxruntime and pytorch backends to this folder")
    private Optional<Path> triton = Optional.empty();
  }

  @Override
  public Integer call() throws IOException {
    boolean weightsOnly = target.format.isPresent() && target.format.get() != ExportFormat.ONNX;
    if (weightsOnly && (withPreprocessing || check.isPresent())) {
      throw BAD_CONFIGURATION.error(
          "--with-preprocessing and --check are for ONNX; the other formats have weights only");
    }
    ModelRepository models = repository.open();
    Optional<ModelId> id =
        models.find(model).filter(found -> models.versions(found.name()).contains(found.version()));
    if (id.isPresent()) {
      export(models.open(id.get()));
    } else if (model.equals(EmbeddedModel.NAME)) {
      Path temporary = TemporaryFiles.folder("vanillanet-");
      try {
        ModelRepository copy = new ModelRepository(temporary);
        EmbeddedModel.publish(copy);
        export(copy.open(new ModelId(EmbeddedModel.NAME, 1)));
      } finally {
        FolderTree.delete(temporary);
      }
    } else {
      throw MODEL_NOT_FOUND.error(
          "the repository %s has no model '%s'; it has %s", models.root(), model, models.names());
    }
    return 0;
  }

  private void export(StoredVersion version) {
    target.triton.ifPresent(folder -> exportToTriton(version, folder));
    target.format.ifPresent(format -> exportToFile(version, format));
  }

  private void exportToTriton(StoredVersion version, Path root) {
    List<Path> folders = new TritonRepository(root).add(version, withPreprocessing);
    folders.forEach(folder -> spec.commandLine().getOut().printf("%s: %s%n", folder, version.id()));
    check(version, TritonRepository.onnx(root, version));
  }

  private void exportToFile(StoredVersion version, ExportFormat format) {
    String extension = format.name().toLowerCase(Locale.ROOT);
    String standard = version.id().toString().replace('/', '-') + '.' + extension;
    Path file = out.orElseGet(() -> Path.of(standard));
    new VersionExport(version).write(format, withPreprocessing, file);
    String content = format == ExportFormat.ONNX ? onnx(version) : "weights of the deployed form";
    spec.commandLine().getOut().printf("%s: %s, %s%n", file, version.id(), content);
    check(version, file);
  }

  private void check(StoredVersion version, Path file) {
    check.ifPresent(
        jar ->
            spec.commandLine()
                .getOut()
                .printf(
                    Locale.ROOT,
                    "%s: in ONNX Runtime the logits differ by %.2g of the largest one%n",
                    file,
                    new OnnxCheck(jar).run(file, version, withPreprocessing)));
  }

  private String onnx(StoredVersion version) {
    Architecture net = version.manifest().architecture();
    String input =
        (withPreprocessing ? "uint8 [batch, %d, %d, 3]" : "float32 [batch, 3, %d, %d]")
            .formatted(net.inputHeight(), net.inputWidth());
    return "IR version %d, opset %d, %s: %s, %s: float32 [batch, %d]"
        .formatted(
            OnnxExport.IR_VERSION,
            OnnxExport.OPSET,
            OnnxExport.INPUT,
            input,
            OnnxExport.OUTPUT,
            net.classes());
  }
}
