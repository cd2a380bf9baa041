package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A job's files, the whole of what the service and the job's process tell each other.
 *
 * <table>
 *   <caption>who writes what</caption>
 *   <tr><td>{@code spec.json}</td><td>service</td><td>what to do; written once</td></tr>
 *   <tr><td>{@code state.json}</td><td>service</td><td>where the job stands</td></tr>
 *   <tr><td>{@code parent.json}</td><td>service</td><td>its process; absent if the job's process
 *       need not watch it</td></tr>
 *   <tr><td>{@code stop}</td><td>service</td><td>exists when the job is to stop at its next
 *       step</td></tr>
 *   <tr><td>{@code lock}</td><td>job</td><td>locked while its process lives</td></tr>
 *   <tr><td>{@code progress.jsonl}</td><td>job</td><td>lines of {@link Progress}</td></tr>
 *   <tr><td>{@code checkpoints/}</td><td>job</td><td>whatever it needs to go on</td></tr>
 *   <tr><td>{@code report.json}</td><td>job</td><td>for people; shown as it is</td></tr>
 *   <tr><td>{@code outcome.json}</td><td>job</td><td>its last word, see {@link Outcome}</td></tr>
 *   <tr><td>{@code log}</td><td>job</td><td>its standard output and error</td></tr>
 * </table>
 *
 * <p>All JSON but the progress appears in one step. Thread-safe.
 */
public final class JobFolder {

  private static final String SPEC = "spec.json";
  private static final String STATE = "state.json";
  private static final String PARENT = "parent.json";
  private static final String STOP = "stop";
  private static final String LOCK = "lock";
  private static final String PROGRESS = "progress.jsonl";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String REPORT = "report.json";
  private static final String OUTCOME = "outcome.json";
  private static final String LOG = "log";

  private final Path path;

  JobFolder(Path path) {
    this.path = path;
  }

  /** A folder as its job's process is told it. */
  public static JobFolder at(Path path) {
    return new JobFolder(path);
  }

  public Path path() {
    return path;
  }

  /** The job's. */
  public String id() {
    return path.getFileName().toString();
  }

  public Path checkpoints() {
    return path.resolve(CHECKPOINTS);
  }

  public Path log() {
    return path.resolve(LOG);
  }

  /**
   * What to do.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if it is missing or no JSON object
   */
  public JsonNode readSpec() throws IOException {
    return read(SPEC, JsonNode.class)
        .filter(JsonNode::isObject)
        .orElseThrow(
            () ->
                new ServiceException(
                    ErrorCode.BAD_CONFIGURATION, path.resolve(SPEC) + ": expected a JSON object"));
  }

  boolean hasSpec() {
    return Files.exists(path.resolve(SPEC));
  }

  void writeSpec(JsonNode spec) throws IOException {
    write(SPEC, spec);
  }

  Optional<JobStatus> readStatus() throws IOException {
    return read(STATE, JobStatus.class);
  }

  /** Processes started for it so far, the present one included. */
  public int attempts() throws IOException {
    return readStatus().map(JobStatus::attempts).orElse(0);
  }

  void writeStatus(JobStatus status) throws IOException {
    write(STATE, status);
  }

  Optional<ProcessIdentity> readParent() throws IOException {
    return read(PARENT, ProcessIdentity.class);
  }

  void writeParent(ProcessIdentity parent) throws IOException {
    write(PARENT, parent);
  }

  public ProgressFile progress() {
    return new ProgressFile(path.resolve(PROGRESS));
  }

  public Optional<Outcome> readOutcome() throws IOException {
    return read(OUTCOME, Outcome.class);
  }

  String outcomeText() throws IOException {
    return Files.readString(path.resolve(OUTCOME)).strip();
  }

  public void writeOutcome(Outcome outcome) throws IOException {
    write(OUTCOME, outcome);
  }

  /** The report as the job wrote it. */
  public Optional<JsonNode> readReport() throws IOException {
    return read(REPORT, JsonNode.class);
  }

  /** The report as its own type; empty if there is none, or one of another version. */
  public <T> Optional<T> readReport(Class<T> type) throws IOException {
    return read(REPORT, type);
  }

  /**
   * @param report anything that becomes JSON; its members are written in snake case
   */
  public void writeReport(Object report) throws IOException {
    write(REPORT, report);
  }

  void requestStop() throws IOException {
    DurableFiles.replace(path.resolve(STOP), "");
  }

  boolean stopRequested() {
    return Files.exists(path.resolve(STOP));
  }

  /** Takes back the last word and the wish to stop of an attempt before. */
  void clearForAttempt() throws IOException {
    Files.deleteIfExists(path.resolve(OUTCOME));
    Files.deleteIfExists(path.resolve(STOP));
    Files.deleteIfExists(path.resolve(PARENT));
  }

  /** Takes the lock for this process; empty if another process works on the job. */
  Optional<JobLock> holdLock() throws IOException {
    String holder = RecordJson.write(ProcessIdentity.of(ProcessHandle.current()));
    return JobLock.hold(path.resolve(LOCK), holder);
  }

  boolean lockHeld() throws IOException {
    return JobLock.held(path.resolve(LOCK));
  }

  /** Who took the lock last, which means nothing unless it is held. */
  Optional<ProcessIdentity> lockHolder() throws IOException {
    return read(LOCK, ProcessIdentity.class);
  }

  private void write(String name, Object content) throws IOException {
    DurableFiles.replace(path.resolve(name), RecordJson.write(content) + "\n");
  }

  private <T> Optional<T> read(String name, Class<T> type) throws IOException {
    try {
      return RecordJson.parse(Files.readString(path.resolve(name)), type);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
