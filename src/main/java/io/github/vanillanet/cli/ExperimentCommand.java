package io.github.vanillanet.cli;

import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.train.experiment.Table2;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.pipeline.MeasuredRuns;
import io.quarkus.runtime.configuration.DurationConverter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code experiment}: repeats experiments of the VanillaNet paper on the user's images. */
@Command(
    name = "experiment",
    description = "Repeat an experiment of the VanillaNet paper.",
    subcommands = ExperimentCommand.Table2Command.class)
final class ExperimentCommand {

  /** {@code experiment table2}. A second run continues the first. */
  @Command(
      name = "table2",
      description = {
        "Train the VanillaNet-6 rows of tables 2 and 3: deep training, series activation,"
            + " shortcuts.",
        "Prints accuracies beside the published ones, and whether each claim is reproduced."
      })
  static final class Table2Command implements Callable<Integer> {

    @Option(
        names = "--data",
        required = true,
        paramLabel = "DIR",
        description = "image folder, as for train")
    private Path data;

    @Option(
        names = "--seeds",
        converter = Options.Count.class,
        defaultValue = "3",
        description = "runs of each configuration; default: ${DEFAULT-VALUE}")
    private int seeds;

    @Option(
        names = "--budget",
        defaultValue = "6h",
        description = "time of all runs together, such as 6h; default: ${DEFAULT-VALUE}")
    private String budget;

    @Option(
        names = "--job",
        paramLabel = "DIR",
        description = "folder of the experiment; default: experiments/table2")
    private Path job = Path.of("experiments", "table2");

    @Option(
        names = "--device",
        defaultValue = "auto",
        description = "auto, cpu or cuda:N; default: ${DEFAULT-VALUE}")
    private String device;

    @Option(
        names = "--threads",
        converter = Options.Count.class,
        description = "threads of the computation; default: all processors")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      Path folder = data.toAbsolutePath().normalize();
      Table2.Request request =
          new Table2.Request(folder.toString(), seeds, duration(budget).toSeconds());
      try (Terminal terminal = new Terminal(spec.commandLine().getErr())) {
        TorchRuntime runtime = TorchRuntime.load();
        Device target = runtime.resolve(device);
        ImageDecoder decoder = ImageDecoder.of(Settings.read());
        terminal.progress("reading the images");
        MeasuredRuns runs = MeasuredRuns.of(folder, runtime, target, threads, decoder);
        Optional<Table2.Report> report =
            new Table2(runs, progress(terminal), spec.commandLine().getErr()::println)
                .run(job.toAbsolutePath(), request);
        report.ifPresent(it -> spec.commandLine().getOut().print(it.text()));
        spec.commandLine().getOut().flush();
        return report.isPresent() ? 0 : JobSession.STOPPED;
      }
    }

    private Duration duration(String text) {
      try {
        return DurationConverter.parseDuration(text);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            spec.commandLine(), "--budget: expected a duration such as 6h, found '" + text + "'");
      }
    }

    private Consumer<Progress> progress(Terminal terminal) {
      return terminal.interactive()
          ? line -> terminal.progress(ProgressLines.words(line))
          : new ProgressLines(spec.commandLine().getErr()::println);
    }
  }
}
