package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of a job. The service and the job's process exchange all information through them.
 *
 * <table>
 *   <caption>Files and their writers</caption>
 *   <tr><td>{@code spec.json}</td><td>service</td><td>what to do; written once</td></tr>
 *   <tr><td>{@code state.json}</td><td>service</td><td>{@link JobStatus}</td></tr>
 *   <tr><td>{@code parent.json}</td><td>service</td><td>its process; absent if the job's process
 *       must not watch it</td></tr>
 *   <tr><td>{@code stop}</td><td>service</td><td>requests that the process stops at its next step</td></tr>
 *   <tr><td>{@code lock}</td><td>process</td><td>locked while the process is alive</td></tr>
 *   <tr><td>{@code progress.jsonl}</td><td>process</td><td>lines of {@link Progress}</td></tr>
 *   <tr><td>{@code checkpoints/}</td><td>process</td><td>what it needs to continue</td></tr>
 *   <tr><td>{@code report.json}</td><td>process</td><td>the API shows it unchanged</td></tr>
 *   <tr><td>{@code thumbnails/}</td><td>process</td><td>images that the report refers to, {@code
 *       N.jpg}</td></tr>
 *   <tr><td>{@code plan.json}</td><td>process</td><td>result of a dry run</td></tr>
 *   <tr><td>{@code recipe.json}</td><td>process</td><td>recipe of a training, with reasons</td></tr>
 *   <tr><td>{@code metrics.csv}</td><td>process</td><td>one line per epoch</td></tr>
 *   <tr><td>{@code outcome.json}</td><td>process</td><td>{@link Outcome}</td></tr>
 *   <tr><td>{@code log}</td><td>process</td><td>standard output and error</td></tr>
 * </table>
 *
 * <p>All JSON files except the progress are replaced atomically. Methods throw {@link
 * ServiceException} {@code BAD_CONFIGURATION} if a file cannot be read or written. Thread-safe.
 */
public record JobFolder(Path path) {

  private static final String SPEC = "spec.json";
  private static final String STATE = "state.json";
  private static final String PARENT = "parent.json";
  private static final String STOP = "stop";
  private static final String LOCK = "lock";
  private static final String PROGRESS = "progress.jsonl";
  private static final String REPORT = "report.json";
  private static final String THUMBNAILS = "thumbnails";
  private static final String JPEG = ".jpg";
  private static final String PLAN = "plan.json";
  private static final String RECIPE = "recipe.json";
  private static final String METRICS = "metrics.csv";
  private static final String OUTCOME = "outcome.json";

  static ServiceException unusable(Path file, IOException e) {
    return BAD_CONFIGURATION.error(e, "%s cannot be read or written: %s", file, e);
  }

  public String id() {
    return path.getFileName().toString();
  }

  public Path checkpoints() {
    return path.resolve("checkpoints");
  }

  public Path log() {
    return path.resolve("log");
  }

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if it is missing or not a JSON object
   */
  public JsonNode readSpec() {
    return read(SPEC, JsonNode.class)
        .filter(JsonNode::isObject)
        .orElseThrow(
            () -> BAD_CONFIGURATION.error("%s: expected a JSON object", path.resolve(SPEC)));
  }

  boolean hasSpec() {
    return Files.exists(path.resolve(SPEC));
  }

  void writeSpec(JsonNode spec) {
    write(SPEC, spec);
  }

  Optional<JobStatus> readStatus() {
    return read(STATE, JobStatus.class);
  }

  void writeStatus(JobStatus status) {
    write(STATE, status);
  }

  /** Whether a service queues the job and activates what it publishes. */
  public boolean isManaged() {
    return Files.exists(path.resolve(STATE));
  }

  /** Whether there is a checkpoint, which a training with another specification would lose. */
  public boolean hasCheckpoint() {
    Path folder = checkpoints();
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isPresent();
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  /** The outcome of a job that a repetition would not change; empty if there is work left. */
  public Optional<Outcome> readFinalOutcome() {
    return readOutcome()
        .filter(outcome -> outcome.result() != Outcome.Result.FAILED && hasCheckpoint());
  }

  /** Number of processes started so far, including the current one. */
  public int attempts() {
    return readStatus().map(JobStatus::attempts).orElse(0);
  }

  Optional<ProcessIdentity> readParent() {
    return read(PARENT, ProcessIdentity.class);
  }

  void writeParent(ProcessIdentity parent) {
    write(PARENT, parent);
  }

  public ProgressFile progress() {
    return new ProgressFile(path.resolve(PROGRESS));
  }

  public Optional<Outcome> readOutcome() {
    return read(OUTCOME, Outcome.class);
  }

  public void writeOutcome(Outcome outcome) {
    write(OUTCOME, outcome);
  }

  /** Reads the report; empty if there is none, or if {@code type} cannot hold it. */
  public <T> Optional<T> readReport(Class<T> type) {
    return read(REPORT, type);
  }

  /**
   * @param report its members are written in snake case
   */
  public void writeReport(Object report) {
    write(REPORT, report);
  }

  /**
   * Replaces all thumbnails.
   *
   * @param jpegs numbered from 0
   */
  public void writeThumbnails(List<byte[]> jpegs) {
    Path folder = path.resolve(THUMBNAILS);
    try {
      FolderTree.delete(folder);
      Files.createDirectory(folder);
      for (int i = 0; i < jpegs.size(); i++) {
        Files.write(folder.resolve(i + JPEG), jpegs.get(i));
      }
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  /** Reads a thumbnail; empty if there is none with this number. */
  public Optional<byte[]> readThumbnail(int number) {
    Path file = path.resolve(THUMBNAILS).resolve(number + JPEG);
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  /** Reads the metrics of the epochs so far; empty if there are none. */
  public Optional<String> readMetrics() {
    return readText(METRICS);
  }

  public void writeMetrics(String table) {
    writeText(METRICS, table);
  }

  /** Reads the plan of a dry run; empty if there is none. */
  public Optional<JsonNode> readPlan() {
    return read(PLAN, JsonNode.class);
  }

  /**
   * @param plan its members are written in snake case
   */
  public void writePlan(Object plan) {
    write(PLAN, plan);
  }

  /** Reads the decided recipe; empty if there is none. */
  public <T> Optional<T> readRecipe(Class<T> type) {
    return read(RECIPE, type);
  }

  /**
   * @param recipe with the reasons for its values
   */
  public void writeRecipe(Object recipe) {
    write(RECIPE, recipe);
  }

  void requestStop() {
    writeText(STOP, "");
  }

  boolean stopRequested() {
    return Files.exists(path.resolve(STOP));
  }

  /** Deletes what would end or conclude the next attempt. */
  void clearForAttempt() {
    List.of(OUTCOME, STOP, PARENT).forEach(this::delete);
  }

  /** Replaces the specification of a job without a checkpoint, and deletes what it left. */
  public void restart(JsonNode spec) {
    List.of(OUTCOME, STOP, PROGRESS, REPORT, RECIPE, METRICS).forEach(this::delete);
    writeSpec(spec);
  }

  void deleteOutcome() {
    delete(OUTCOME);
  }

  /** Takes the lock for this process; empty if another process works on the job. */
  Optional<JobLock> takeLock() {
    return JobLock.take(
        path.resolve(LOCK), RecordJson.write(ProcessIdentity.of(ProcessHandle.current())));
  }

  boolean isLocked() {
    return JobLock.isHeld(path.resolve(LOCK));
  }

  /** The process that took the lock last, whether or not it still holds it. */
  Optional<ProcessIdentity> lockHolder() {
    return read(LOCK, ProcessIdentity.class);
  }

  private void write(String name, Object content) {
    writeText(name, RecordJson.write(content) + "\n");
  }

  private void delete(String name) {
    try {
      Files.deleteIfExists(path.resolve(name));
    } catch (IOException e) {
      throw unusable(path.resolve(name), e);
    }
  }

  /** Replaces a file of the job's process. */
  public void writeText(String name, String content) {
    try {
      DurableFiles.replace(path.resolve(name), content);
    } catch (IOException e) {
      throw unusable(path.resolve(name), e);
    }
  }

  private <T> Optional<T> read(String name, Class<T> type) {
    return readText(name).flatMap(text -> RecordJson.parse(text, type));
  }

  private Optional<String> readText(String name) {
    try {
      return Optional.of(Files.readString(path.resolve(name)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unusable(path.resolve(name), e);
    }
  }
}
