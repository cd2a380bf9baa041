package io.github.vanillanet.cli;

import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.quantize.CalibrationSet;
import io.github.vanillanet.model.repository.Candidate;
import io.github.vanillanet.model.repository.CheckpointImport;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code import}: publishes a checkpoint as a model. */
@Command(
    name = "import",
    description = "Fuse a VanillaNet checkpoint, certify the result and publish it as a model.")
final class ImportCommand implements Callable<Integer> {

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "FILE",
      description = ".pth or .safetensors file")
  private Path checkpoint;

  @Option(
      names = "--variant",
      required = true,
      description = "vanillanet_5 … vanillanet_13, vanillanet_13_x1_5, vanillanet_13_x1_5_ada_pool")
  private VanillaNetVariant variant;

  @Option(names = "--name", description = "the model's name; default: the variant with hyphens")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--key",
      description =
          "dotted path of the weights in the file; default: averaged weights if there are any,"
              + " otherwise model, module, state_dict or the file itself")
  private Optional<String> key = Optional.empty();

  @Option(
      names = "--ignore",
      paramLabel = "REGEX",
      description =
          "leave out extra tensors whose names contain a match; total_ops, total_params and"
              + " parameters of losses are left out without it")
  private Optional<Pattern> ignore = Optional.empty();

  @Option(
      names = "--slope",
      defaultValue = "1",
      description = "slope of the activations at the end of the training; only 1 can be fused")
  private double slope;

  @Option(
      names = "--input-size",
      paramLabel = "H[xW]",
      description = "input size in pixels; default: that of an exported file, otherwise 224")
  private Optional<CheckpointImport.InputSize> inputSize = Optional.empty();

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "text file with one label per line, UTF-8")
  private Optional<Path> labels = Optional.empty();

  @Option(
      names = "--calibration",
      paramLabel = "FOLDER",
      description =
          "calibrate reduced precisions with the images of a folder, as quantize does; a version"
              + " that exists is only calibrated")
  private Optional<Path> calibration = Optional.empty();

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    name.ifPresent(ModelId::requireName);
    ModelRepository models = repository.open();
    models.requireWritable();
    try (Terminal terminal = new Terminal(spec.commandLine().getErr())) {
      List<String> warnings = new ArrayList<>(); // printed only after a success
      List<String> notes = new ArrayList<>();
      terminal.progress("reading");
      Candidate candidate =
          new CheckpointImport(checkpoint, variant, name, key, ignore, slope, inputSize, labels)
              .read(warnings::add, notes::add);
      Optional<CalibrationSet> images =
          calibration.map(folder -> CalibrationRun.images(folder, candidate.labels()));
      TorchRuntime runtime = TorchRuntime.load();
      StoredVersion version =
          new ModelPublisher(
                  runtime, models, Runtime.getRuntime().availableProcessors(), terminal::progress)
              .publish(candidate);
      boolean served =
          images.isEmpty()
              || new CalibrationRun(runtime, Device.CPU, terminal)
                  .run(version, images.get(), spec.commandLine().getErr());
      terminal.close();
      notes.forEach(terminal::note);
      warnings.forEach(terminal::warn);
      spec.commandLine().getOut().println(version.manifest().text());
      return served ? 0 : 1;
    }
  }
}
