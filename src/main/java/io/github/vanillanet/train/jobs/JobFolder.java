package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
 *   <tr><td>{@link JobResults}</td><td>process</td><td>report, plan, recipe and other results</td></tr>
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
  private static final String OUTCOME = "outcome.json";

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
    return file(SPEC)
        .read(JsonNode.class)
        .filter(JsonNode::isObject)
        .orElseThrow(
            () -> BAD_CONFIGURATION.error("%s: expected a JSON object", path.resolve(SPEC)));
  }

  boolean hasSpec() {
    return file(SPEC).exists();
  }

  void writeSpec(JsonNode spec) {
    file(SPEC).write(spec);
  }

  Optional<JobStatus> readStatus() {
    return file(STATE).read(JobStatus.class);
  }

  void writeStatus(JobStatus status) {
    file(STATE).write(status);
  }

  /** Whether a service queues the job and activates what it publishes. */
  public boolean isManaged() {
    return file(STATE).exists();
  }

  /** Whether there is a checkpoint, which a training with another specification would lose. */
  public boolean hasCheckpoint() {
    Path folder = checkpoints();
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try {
      return !FolderTree.entries(folder).isEmpty();
    } catch (IOException e) {
      throw JobFile.unusable(folder, e);
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
    return file(PARENT).read(ProcessIdentity.class);
  }

  void writeParent(ProcessIdentity parent) {
    file(PARENT).write(parent);
  }

  public ProgressFile progress() {
    return new ProgressFile(path.resolve(PROGRESS));
  }

  public Optional<Outcome> readOutcome() {
    return file(OUTCOME).read(Outcome.class);
  }

  public void writeOutcome(Outcome outcome) {
    file(OUTCOME).write(outcome);
  }

  /** The files that the job's process writes for users. */
  public JobResults results() {
    return new JobResults(path);
  }

  void requestStop() {
    file(STOP).writeText("");
  }

  boolean stopRequested() {
    return file(STOP).exists();
  }

  /** Deletes what would end or conclude the next attempt. */
  void clearForAttempt() {
    List.of(OUTCOME, STOP, PARENT).forEach(name -> file(name).delete());
  }

  /** Replaces the specification of a job without a checkpoint, and deletes what it left. */
  public void restart(JsonNode spec) {
    List.of(OUTCOME, STOP, PROGRESS).forEach(name -> file(name).delete());
    results().deleteOfTraining();
    writeSpec(spec);
  }

  void deleteOutcome() {
    file(OUTCOME).delete();
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
    return file(LOCK).read(ProcessIdentity.class);
  }

  private JobFile file(String name) {
    return new JobFile(path.resolve(name));
  }
}
