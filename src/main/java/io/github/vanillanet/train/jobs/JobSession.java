package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The view of a job's process: it opens the job, works, checks {@link #mustStop} at each step,
 * writes its results to the {@link #folder} and closes the session. Thread-safe.
 *
 * <p>A process that must stop writes a checkpoint and exits with {@link #STOPPED} and without an
 * outcome. A process that has an outcome exits with 0. Everything else counts as a crash.
 */
public final class JobSession implements AutoCloseable {

  /** Exit code of a process that stopped on request. */
  public static final int STOPPED = 75;

  private static final long POLL_MILLIS = 50;

  private static final Path OUT_OF_MEMORY_SCORE = Path.of("/proc/self/oom_score_adj");

  private final JobFolder folder;
  private final JobLock lock;
  private final Optional<ProcessIdentity> service;
  private final boolean child;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean terminated;

  /**
   * @param service that started this process; empty if no service on this machine did
   */
  private JobSession(JobFolder folder, JobLock lock, Optional<ProcessIdentity> service) {
    this.folder = folder;
    this.lock = lock;
    this.service = service;
    this.child = service.isPresent() && service.get().pid() == parentPid();
  }

  /**
   * Takes the lock of a job.
   *
   * @throws ServiceException {@code CONFLICT} if another process works on it
   * @throws ServiceException {@code BAD_CONFIGURATION} if the folder is not that of a job
   */
  public static JobSession open(Path path) {
    new JobFolder(path).readSpec();
    return lock(path);
  }

  private static JobSession lock(Path path) {
    JobFolder folder = new JobFolder(path);
    try {
      Files.createDirectories(folder.checkpoints());
    } catch (IOException e) {
      throw JobFile.unusable(path, e);
    }
    Optional<ProcessIdentity> service = folder.readParent();
    JobLock lock =
        folder
            .takeLock()
            .orElseThrow(() -> CONFLICT.error("%s: another process works on this job", path));
    return new JobSession(folder, lock, service);
  }

  /**
   * Opens the folder of a job that no service created, and writes {@code spec} to it unless it has
   * a specification.
   */
  public static JobSession open(Path path, JsonNode spec) {
    JobSession session = lock(path);
    if (!session.folder.hasSpec()) {
      session.folder.writeSpec(spec);
    }
    return session;
  }

  public JobFolder folder() {
    return folder;
  }

  /**
   * Lets a signal that ends the process (SIGTERM, SIGINT) stop the job: {@link #mustStop} becomes
   * true, and the process ends after {@link #close}, thus after a checkpoint, or when the calling
   * thread has ended.
   */
  public void stopAtShutdown() {
    Thread worker = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(worker), "stop-training"));
  }

  private void stop(Thread worker) {
    terminated = true;
    try {
      while (worker.isAlive() && !closed.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        // the worker reaches its next step
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * True after the job was cancelled, after the service that started this process ended, and after
   * a signal.
   */
  public boolean mustStop() {
    return terminated || folder.stopRequested() || service.isPresent() && !isAlive(service.get());
  }

  private boolean isAlive(ProcessIdentity parent) {
    // A zombie parent looks alive, but its children already have another parent.
    boolean orphan = child && parentPid() != parent.pid();
    return !orphan && parent.find().isPresent();
  }

  private static long parentPid() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
  }

  /**
   * Raises the score by which Linux selects the process to kill when memory runs out, so that it
   * kills the job instead of the service. Needs no privilege. Does nothing on other systems.
   */
  public static void raiseOutOfMemoryScore() {
    try {
      if (Files.isWritable(OUT_OF_MEMORY_SCORE)) {
        Files.writeString(OUT_OF_MEMORY_SCORE, "800");
      }
    } catch (IOException e) {
      // a container may forbid it; the job runs without it
    }
  }

  @Override
  public void close() {
    lock.close();
    closed.countDown();
  }
}
