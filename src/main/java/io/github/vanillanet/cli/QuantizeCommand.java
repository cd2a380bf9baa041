package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.quantize.CalibrationSet;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.ReducedPrecisions;
import io.github.vanillanet.model.repository.StoredVersion;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quantize}: calibrates a published version for reduced precisions. */
@Command(
    name = "quantize",
    description =
        "Measure activation ranges of a model on images, and compare its answers in reduced"
            + " precisions with float32. Exits with 1 if a precision is refused.")
final class QuantizeCommand implements Callable<Integer> {

  @Parameters(paramLabel = "MODEL", description = "NAME or NAME/VERSION")
  private String model;

  @Option(
      names = "--calibration",
      required = true,
      paramLabel = "FOLDER",
      description =
          "at least 1000 images like those of the service, in folders named as labels if known")
  private Path calibration;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "auto, cpu or cuda:N; int8 is for CPUs; default: ${DEFAULT-VALUE}")
  private String device;

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ModelRepository models = repository.open();
    models.requireWritable();
    StoredVersion version =
        models
            .find(model)
            .map(models::open)
            .orElseThrow(
                () -> MODEL_NOT_FOUND.error("model %s not found in %s", model, models.root()));
    ReducedPrecisions.requireWritable(version);
    try (Terminal terminal = new Terminal(spec.commandLine().getErr())) {
      terminal.progress("reading images");
      CalibrationSet images = CalibrationRun.images(calibration, version.labels());
      TorchRuntime runtime = TorchRuntime.load();
      return new CalibrationRun(runtime, runtime.resolve(device), terminal)
              .run(version, images, spec.commandLine().getOut())
          ? 0
          : 1;
    }
  }
}
