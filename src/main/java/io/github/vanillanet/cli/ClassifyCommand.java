package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.cli.classify.ClassifyRun;
import io.github.vanillanet.cli.classify.ImageClassifier;
import io.github.vanillanet.cli.classify.LocalClassifier;
import io.github.vanillanet.cli.classify.RemoteClassifier;
import io.github.vanillanet.cli.classify.ResultFormat;
import io.github.vanillanet.cli.classify.ResultOutput;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code classify}: classifies files and folders, by a service or in this process. */
@Command(
    name = "classify",
    description =
        "Classify images. Exits with 0 if all images were classified, with 3 if some files are not"
            + " valid images, with 1 if the run stopped early.")
final class ClassifyCommand implements Callable<Integer> {

  private static final String STANDARD_INPUT = "-";
  private static final int SOME_FAILED = 3;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE|FOLDER|-",
      description = "images, folders of images, or - for one image on standard input")
  private List<String> images;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "a model, with --url also a group; default: the default model")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--url",
      description = "a running service, such as http://localhost:8080; default: compute here")
  private Optional<URI> url = Optional.empty();

  @Option(names = "--format", description = "table, csv or jsonl; default: of --out, or table")
  private Optional<ResultFormat> format = Optional.empty();

  @Option(
      names = "--top-k",
      converter = Options.Count.class,
      paramLabel = "N",
      defaultValue = "1",
      description = "predictions for each image; default: ${DEFAULT-VALUE}")
  private int topK;

  @Option(
      names = "--concurrency",
      converter = Options.Count.class,
      paramLabel = "N",
      description = "images at the same time; default: all processors")
  private int concurrency = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--budget-ms",
      converter = Options.Count.class,
      paramLabel = "MS",
      description = "the most time for each image; an image that takes longer fails")
  private Optional<Integer> budgetMillis = Optional.empty();

  @Option(
      names = "--retry-seconds",
      paramLabel = "S",
      defaultValue = "120",
      description =
          "--url: how long an image is tried again while the service is busy or away; default:"
              + " ${DEFAULT-VALUE}")
  private int retrySeconds;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "a new file for the results; .csv has the format csv, others jsonl")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--resume",
      description = "continue the file of --out: classify only what has no complete line there")
  private boolean resume;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "without --url: auto, cpu or cuda:N; default: ${DEFAULT-VALUE}")
  private String device;

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    requireOptions();
    ServingConfig config = Settings.read();
    try (Terminal terminal = new Terminal(spec.commandLine().getErr());
        ResultOutput results = output(terminal);
        ImageClassifier classifier = classifier(config);
        ClassifyRun run =
            new ClassifyRun(
                classifier,
                results,
                concurrency,
                (int) Math.min(config.maxImageBody().asLongValue(), Integer.MAX_VALUE - 8))) {
      for (String image : images) {
        if (image.equals(STANDARD_INPUT)) {
          run.submit(STANDARD_INPUT, () -> System.in);
        } else {
          run.add(Path.of(image));
        }
      }
      run.finish();
      terminal.print(results.summary());
      if (results.files() == 0) {
        throw BAD_CONFIGURATION.error("there are no files in %s", String.join(", ", images));
      }
      return results.failures() == 0 ? 0 : SOME_FAILED;
    }
  }

  private void requireOptions() {
    if (retrySeconds < 0) {
      throw invalid("--retry-seconds: expected at least 0, found " + retrySeconds);
    }
    if (resume && (out.isEmpty() || format() == ResultFormat.TABLE)) {
      throw invalid("--resume needs --out, and the format csv or jsonl");
    }
  }

  private ParameterException invalid(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private ResultFormat format() {
    return format.orElseGet(
        () ->
            out.map(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".csv"))
                .map(csv -> csv ? ResultFormat.CSV : ResultFormat.JSONL)
                .orElse(ResultFormat.TABLE));
  }

  private ResultOutput output(Terminal terminal) throws IOException {
    ResultOutput.Messages messages =
        new ResultOutput.Messages(terminal::print, terminal::progress, terminal.interactive());
    return out.isPresent()
        ? ResultOutput.toFile(out.get(), format(), topK, resume, messages)
        : ResultOutput.to(spec.commandLine().getOut(), format(), topK, messages);
  }

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if the address is not one
   */
  private ImageClassifier classifier(ServingConfig config) {
    Optional<Duration> budget = budgetMillis.map(Duration::ofMillis);
    return url.isPresent()
        ? new RemoteClassifier(url.get(), model, topK, budget, Duration.ofSeconds(retrySeconds))
        : LocalClassifier.open(repository.open(), config, model, device, concurrency, topK, budget);
  }
}
