package io.github.vanillanet.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.train.jobs.JobSession;
import io.github.vanillanet.train.jobs.Outcome;
import io.github.vanillanet.train.jobs.Progress;
import io.github.vanillanet.train.look.Plan;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.pipeline.DryRun;
import io.github.vanillanet.train.pipeline.FineTuning;
import io.github.vanillanet.train.pipeline.JobSpec;
import io.github.vanillanet.train.pipeline.TrainingPipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code train}: trains a model from a folder of labelled photos and publishes it. The service runs
 * its trainings with this command, too: {@code --job} names the folder that the service prepared.
 */
@Command(
    name = "train",
    description = "Train a VanillaNet, fuse it, certify and evaluate the result, and publish it.")
final class TrainCommand implements Callable<Integer> {

  private static final int NOT_PUBLISHED = 1;
  private static final long CHECKPOINT_SECONDS = 300;

  @Option(
      names = "--job",
      paramLabel = "DIR",
      description = "folder of the job; without --data it must contain a spec.json")
  private Optional<Path> job = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "folder with train/CLASS/* and optionally val/ or test/, or with CLASS/* alone")
  private Optional<Path> data = Optional.empty();

  @Option(names = "--variant", description = "vanillanet_5 …")
  private Optional<VanillaNetVariant> variant = Optional.empty();

  @Option(
      names = "--name",
      description =
          "the model's name; default: the one that is fine-tuned, or the variant with hyphens")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "MEMBER=VALUE",
      description = "member of a training request: epochs=30, dims=[64,128,256,512], …")
  private Map<String, String> members = new TreeMap<>();

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      description =
          "time for the whole training: 90s, 30m, 2h; default: 10m for fewer than 2,000 training"
              + " images, 30m for more, none if the epochs are set")
  private Optional<String> budget = Optional.empty();

  @Option(
      names = "--publish-again",
      description = "evaluate and publish the result of a finished job once more")
  private boolean publishAgain;

  @Option(
      names = "--device",
      defaultValue = "auto",
      description = "auto, cpu or cuda:N; default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--threads",
      converter = Options.Count.class,
      description = "threads of the computation; default: all processors")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--dry-run",
      description = "only check the data, measure some steps and show what a training would do")
  private boolean dryRun;

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (Terminal terminal = new Terminal(spec.commandLine().getErr())) {
      if (dryRun) {
        return planOnly(terminal);
      }
      try (JobSession session = open()) {
        JobSession.raiseOutOfMemoryScore();
        session.stopAtShutdown();
        Optional<Outcome> before = session.folder().readFinalOutcome();
        if (before.isPresent() && !publishAgain) {
          return report(session, before.get());
        }
        return work(session, terminal);
      }
    }
  }

  /** Plans in a temporary folder, so that the training itself can use the job's folder. */
  private int planOnly(Terminal terminal) throws IOException {
    if (data.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--dry-run requires --data and --variant");
    }
    Path folder = TemporaryFiles.folder("vanillanet-dry-run-");
    JsonNode request = request();
    try (JobSession session =
        JobSession.open(folder, specification(request, true).toJson(request))) {
      return plan(session, JobSpec.of(session.folder().readSpec()), terminal);
    } finally {
      FolderTree.delete(folder);
    }
  }

  private int plan(JobSession session, JobSpec work, Terminal terminal) throws IOException {
    Optional<Plan> plan =
        new DryRun(session, work, decoder(), progress(terminal), terminal::print).run();
    if (plan.isEmpty()) {
      return JobSession.STOPPED;
    }
    List<String> objections = plan.get().objections();
    session
        .folder()
        .writeOutcome(
            Outcome.planned(
                objections.isEmpty()
                    ? Optional.empty()
                    : Optional.of(String.join("; ", objections))));
    PlanText.lines(plan.get()).forEach(spec.commandLine().getOut()::println);
    return dryRun && !objections.isEmpty() ? NOT_PUBLISHED : 0;
  }

  private JobSession open() throws IOException {
    if (data.isEmpty()) {
      return JobSession.open(
          job.orElseThrow(
              () ->
                  new ParameterException(
                      spec.commandLine(), "expected --data and --variant, or --job")));
    }
    JsonNode request = request();
    JobSpec work = specification(request, false);
    return work.open(
        job.orElseGet(() -> Path.of("trainings", work.recipe().name())).toAbsolutePath(), request);
  }

  private JobSpec specification(JsonNode request, boolean onlyPlan) {
    Recipe recipe = Recipe.ofPublishable(request);
    return new JobSpec(
        recipe,
        data.map(folder -> folder.toAbsolutePath().normalize().toString()),
        Optional.empty(),
        0,
        0,
        recipe.checkpoint().map(file -> Path.of(file).toAbsolutePath().normalize().toString()),
        repository.open().root().toAbsolutePath().normalize().toString(),
        device,
        threads,
        CHECKPOINT_SECONDS,
        onlyPlan);
  }

  private JsonNode request() {
    if (!dryRun) {
      repository.open().requireWritable();
    }
    ObjectNode request = new ObjectMapper().createObjectNode();
    variant.ifPresent(it -> request.put("variant", it.officialName()));
    budget.ifPresent(it -> request.put("budget", it));
    members.forEach((member, value) -> request.set(member, json(value)));
    if (variant.isEmpty() && !request.has("fine_tune_from")) {
      throw new ParameterException(spec.commandLine(), "--data requires --variant");
    }
    if (!request.has("name")) {
      request.put(
          "name",
          name.or(() -> variant.map(VanillaNetVariant::modelName))
              .orElseGet(() -> request.get("fine_tune_from").asText().split("/")[0]));
    }
    return FineTuning.inherited(request, repository.open());
  }

  /** Parses JSON. A value that is not JSON becomes a string. */
  private static JsonNode json(String value) {
    try {
      JsonNode node = new ObjectMapper().readTree(value);
      return node.isMissingNode() ? TextNode.valueOf(value) : node;
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(value);
    }
  }

  private static ImageDecoder decoder() {
    return ImageDecoder.of(Settings.read());
  }

  private int work(JobSession session, Terminal terminal) throws IOException {
    JobSpec work = JobSpec.of(session.folder().readSpec());
    Optional<Outcome> outcome;
    try {
      if (work.dryRun()) {
        return plan(session, work, terminal);
      }
      outcome =
          new TrainingPipeline(session, work, decoder(), progress(terminal), terminal::print).run();
    } catch (ServiceException e) {
      session.folder().writeOutcome(Outcome.failed(e.getMessage()));
      throw e;
    }
    if (outcome.isEmpty()) {
      return JobSession.STOPPED;
    }
    session.folder().writeOutcome(outcome.get());
    return report(session, outcome.get());
  }

  private int report(JobSession session, Outcome outcome) {
    spec.commandLine().getOut().println(RecordJson.write(outcome));
    outcome.reason().or(() -> verdict(session)).ifPresent(spec.commandLine().getErr()::println);
    // a service reads the outcome of its job from the folder
    return session.folder().isManaged() || outcome.result() == Outcome.Result.PUBLISHED
        ? 0
        : NOT_PUBLISHED;
  }

  private static Optional<String> verdict(JobSession session) {
    return session
        .folder()
        .results()
        .readReport(JsonNode.class)
        .map(report -> report.path("result").path("verdict").asText())
        .filter(words -> !words.isEmpty());
  }

  /** One line that is overwritten, or plain lines without a terminal. */
  private Consumer<Progress> progress(Terminal terminal) {
    return terminal.interactive()
        ? line -> terminal.progress(ProgressLines.words(line))
        : new ProgressLines(spec.commandLine().getErr()::println);
  }
}
