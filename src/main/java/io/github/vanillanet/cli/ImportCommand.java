package io.github.vanillanet.cli;

import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.VanillaNetVariant;
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

  @Option(names = "--checkpoint", required = true, paramLabel = "FILE", description = ".pth file")
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
          "key of the weights in the file; default: model_ema, model, module or state_dict")
  private Optional<String> key = Optional.empty();

  @Option(
      names = "--slope",
      defaultValue = "1",
      description = "slope of the activations at the end of the training; only 1 can be fused")
  private double slope;

  @Option(
      names = "--input-size",
      paramLabel = "H[xW]",
      defaultValue = "224",
      description = "input size in pixels; default: ${DEFAULT-VALUE}")
  private Options.InputSize inputSize;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "text file with one label per line, UTF-8")
  private Optional<Path> labels = Optional.empty();

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    name.ifPresent(ModelId::requireName);
    try (Terminal terminal = new Terminal(spec.commandLine().getErr())) {
      List<String> warnings = new ArrayList<>(); // printed only after a success
      terminal.progress("reading");
      Candidate candidate =
          new CheckpointImport(
                  checkpoint,
                  variant,
                  name,
                  key,
                  slope,
                  inputSize.height(),
                  inputSize.width(),
                  labels)
              .read(warnings::add);
      ModelRepository models = repository.open();
      StoredVersion published =
          new ModelPublisher(
                  TorchRuntime.load(),
                  models,
                  Runtime.getRuntime().availableProcessors(),
                  terminal::progress)
              .publish(candidate);
      terminal.close();
      warnings.forEach(terminal::warn);
      spec.commandLine().getOut().println(published.manifest().text());
      return 0;
    }
  }
}
