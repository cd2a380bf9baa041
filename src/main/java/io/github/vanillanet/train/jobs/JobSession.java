package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A job as the process sees that does its work: open it, work, ask {@link #mustStop} at every step,
 * report, give the outcome, close it. Thread-safe.
 *
 * <p>A process that must stop writes a checkpoint and ends with {@link #STOPPED} and without an
 * outcome; one that ends with an outcome ends with 0. Everything else is a crash.
 */
public final class JobSession implements AutoCloseable {

  /** Exit code of a process that stopped because it was told to. */
  public static final int STOPPED = 75;

  private final JobFolder folder;
  private final JobLock lock;
  private final ParentWatch parent;

  private JobSession(JobFolder folder, JobLock lock, ParentWatch parent) {
    this.folder = folder;
    this.lock = lock;
    this.parent = parent;
  }

  /**
   * Takes the job's lock.
   *
   * @throws ServiceException {@code CONFLICT} if another process works on it
   * @throws ServiceException {@code BAD_CONFIGURATION} if the folder cannot be used
   */
  public static JobSession open(Path path) {
    JobFolder folder = JobFolder.at(path);
    try {
      Files.createDirectories(folder.checkpoints());
      ParentWatch parent = new ParentWatch(folder.readParent());
      JobLock lock =
          folder
              .holdLock()
              .orElseThrow(
                  () ->
                      new ServiceException(
                          ErrorCode.CONFLICT, path + ": another process works on it"));
      return new JobSession(folder, lock, parent);
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION, path + " is no usable job folder: " + e, e);
    }
  }

  /**
   * Opens the folder of a job that no service created, and writes {@code spec} to it unless it has
   * a specification.
   *
   * @throws ServiceException as {@link #open(Path)}
   */
  public static JobSession open(Path path, JsonNode spec) {
    JobSession session = open(path);
    try {
      if (!session.folder.hasSpec()) {
        session.folder.writeSpec(spec);
      }
      return session;
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION, path + " is no usable job folder: " + e, e);
    }
  }

  /** The job's files. */
  public JobFolder folder() {
    return folder;
  }

  /** What to do, as it was asked for. */
  public JsonNode spec() throws IOException {
    return folder.readSpec();
  }

  /** True once somebody asked for the job's end or the service that started it is gone. */
  public boolean mustStop() {
    return folder.stopRequested() || !parent.parentAlive();
  }

  public void report(Progress progress) throws IOException {
    folder.progress().append(progress);
  }

  /** The last word. The service looks at it when this process has ended. */
  public void finish(Outcome outcome) throws IOException {
    folder.writeOutcome(outcome);
  }

  /** The last word as one line of JSON. */
  public String outcomeText() throws IOException {
    return folder.outcomeText();
  }

  /** Gives the lock back. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
