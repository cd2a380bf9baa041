package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;
import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.files.FolderTree;
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
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @ArgGroup(exclusive = false)
    private Optional<ToFile> file = Optional.empty();

    @Option(
        names = "--triton",
        paramLabel = "DIR",
        description = "add models for Triton's onnxruntime and pytorch backends to this folder")
    private Optional<Path> triton = Optional.empty();
  }

  private static final class ToFile {

    @Option(names = "--format", required = true, description = "onnx, safetensors or pth")
    private ExportFormat format;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "the file to write; default: MODEL-VERSION.FORMAT")
    private Optional<Path> out = Optional.empty();
  }

  @Override
  public Integer call() throws IOException {
    boolean onnx = target.triton.isPresent() || target.file.get().format == ExportFormat.ONNX;
    if (!onnx && (withPreprocessing || check.isPresent())) {
      throw BAD_CONFIGURATION.error(
          "--with-preprocessing and --check are for ONNX; the other formats have weights only");
    }
    ModelRepository models = repository.open();
    Optional<ModelId> id =
        models.find(model).filter(found -> models.versions(found.name()).contains(found.version()));
    if (id.isPresent()) {
      export(models.open(id.get()));
    } else if (model.equals(EmbeddedModel.NAME)) {
      Path temporary = Files.createTempDirectory("vanillanet-");
      try {
        export(EmbeddedModel.publish(new ModelRepository(temporary)));
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
    PrintWriter out = spec.commandLine().getOut();
    if (target.triton.isPresent()) {
      for (Path folder :
          new TritonRepository(target.triton.get()).add(version, withPreprocessing)) {
        out.printf("%s: %s%n", folder, version.id());
      }
      int number = version.id().version();
      check(
          version,
          target.triton.get().resolve(version.id().name() + "-onnx/" + number + "/model.onnx"));
      return;
    }
    ExportFormat format = target.file.get().format;
    String extension = format.name().toLowerCase(Locale.ROOT);
    Path file =
        target
            .file
            .get()
            .out
            .orElseGet(
                () ->
                    Path.of(
                        "%s-%d.%s"
                            .formatted(version.id().name(), version.id().version(), extension)));
    new VersionExport(version).write(format, withPreprocessing, file);
    out.printf(
        "%s: %s%s%n",
        file, version.id(), format == ExportFormat.ONNX ? ", " + onnx(version) : ", deployed form");
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
