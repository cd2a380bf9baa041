package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.ObjIntConsumer;

/**
 * The queue of jobs and their processes. A limited number of jobs run at a time; the others wait,
 * oldest first. All state is in the {@link JobStore}: after a restart of the service, queued jobs
 * are still queued, and interrupted jobs continue from their last checkpoint. Methods throw {@link
 * ServiceException} {@code JOB_NOT_FOUND} if there is no job with the id. Thread-safe.
 */
public final class JobRunner implements AutoCloseable {

  private static final Logger LOG = System.getLogger(JobRunner.class.getName());

  /**
   * @param concurrent processes at a time
   * @param grace time for a process to stop, and again to terminate, before the next step
   */
  public record Limits(int concurrent, Duration grace) {}

  /** A run whose process has ended in an unknown way. */
  private static final JobRun GONE =
      new ProcessExecutor.OfHandle(
          Optional.empty(), CompletableFuture.completedFuture(RunEnd.unknown()));

  private enum Phase {
    NEW,
    OPEN,
    CLOSED
  }

  private final JobStore store;
  private final JobExecutor executor;
  private final JobEnd ends;
  private final Limits limits;
  private final Clock clock;
  private final Timer timer;
  private final Executor worker;

  private final Map<String, ActiveJob> active = new HashMap<>(); // guarded by this
  private Phase phase = Phase.NEW; // guarded by this

  /**
   * @param installation brings a published version into service; also called after a restart of the
   *     service if the job published in between; throws {@link ServiceException} if it fails
   * @param worker records the ends of jobs, which takes seconds
   */
  public JobRunner(
      JobStore store,
      JobExecutor executor,
      ObjIntConsumer<String> installation,
      Limits limits,
      Clock clock,
      Timer timer,
      Executor worker) {
    this.store = store;
    this.executor = executor;
    this.ends = new JobEnd(installation, clock);
    this.limits = limits;
    this.clock = clock;
    this.timer = timer;
    this.worker = worker;
  }

  /**
   * To be called before {@link #start}.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the executor cannot start any job
   */
  public void check() {
    executor.check();
  }

  /**
   * Continues what the previous service process left, and starts the waiting jobs. Jobs that are
   * submitted earlier wait.
   */
  public void start() {
    synchronized (this) {
      for (Job job : store.list()) {
        if (job.state() == JobState.RUNNING) {
          adopt(job);
        }
      }
      phase = Phase.OPEN;
    }
    startNext();
  }

  private void adopt(Job job) {
    JobFolder folder = store.folder(job.id());
    Optional<JobRun> run = Optional.empty();
    try {
      run = executor.find(folder);
    } catch (ServiceException e) {
      LOG.log(Level.WARNING, "job {0}: looking for its process failed: {1}", job.id(), e);
    }
    if (run.isPresent()) {
      LOG.log(Level.INFO, "job {0} is still running", job.id());
    }
    ActiveJob adopted = watch(folder, run.orElse(GONE), true);
    if (run.isPresent() && job.status().cancelRequested()) {
      adopted.stop(limits.grace(), timer);
    }
  }

  /**
   * Queues a job.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if its folder cannot be written
   */
  public Job submit(JsonNode spec, DurableFiles.Content attachment) {
    Job job = store.create(spec, attachment);
    LOG.log(Level.INFO, "job {0} is queued", job.id());
    startNext();
    return store.find(job.id());
  }

  /** All jobs, oldest first. */
  public List<Job> list() {
    return store.list().stream().map(this::withObstacle).toList();
  }

  public Job find(String id) {
    return withObstacle(store.find(id));
  }

  private synchronized Job withObstacle(Job job) {
    return Optional.ofNullable(active.get(job.id()))
        .filter(it -> job.state() == JobState.RUNNING)
        .flatMap(it -> it.run().obstacle())
        .map(job::withObstacle)
        .orElse(job);
  }

  public JobFolder folder(String id) {
    return store.folder(id);
  }

  /**
   * Cancels a job. A waiting job is cancelled at once. The process of a running job is stopped,
   * terminated if it does not stop, and killed if it does not terminate.
   *
   * @throws ServiceException {@code CONFLICT} if it has ended
   */
  public synchronized Job cancel(String id) {
    Job job = store.find(id);
    if (job.state().ended()) {
      throw CONFLICT.error("job %s has already ended: it is %s", id, job.state());
    }
    LOG.log(Level.INFO, "job {0} is being cancelled", id);
    if (job.state().waits()) {
      store.write(
          id,
          job.status()
              .ended(JobState.CANCELLED, clock.instant(), OptionalInt.empty(), Optional.empty()));
    } else if (!job.status().cancelRequested()) {
      store.write(id, job.status().cancelling());
      Optional.ofNullable(active.get(id)).ifPresent(it -> it.stop(limits.grace(), timer));
    }
    return store.find(id);
  }

  /**
   * Queues a failed or cancelled job again. It continues from its last checkpoint.
   *
   * @throws ServiceException {@code CONFLICT} if it is in another state
   */
  public Job resume(String id) {
    synchronized (this) {
      Job job = store.find(id);
      if (!job.state().resumable() || active.containsKey(id)) {
        throw CONFLICT.error(
            "job %s is %s; only a failed or cancelled job can be resumed", id, job.state());
      }
      store.write(id, job.status().resumed());
    }
    startNext();
    return store.find(id);
  }

  private synchronized void startNext() {
    if (phase != Phase.OPEN) {
      return;
    }
    for (Job job : store.list()) {
      if (active.size() >= limits.concurrent()) {
        return;
      }
      if (job.state().waits() && !active.containsKey(job.id())) {
        launch(job.id());
      }
    }
  }

  private void launch(String id) {
    JobStatus status = store.status(id).running(clock.instant());
    try {
      JobFolder folder = store.folder(id);
      folder.clearForAttempt();
      store.write(id, status);
      JobRun run = executor.start(folder);
      LOG.log(Level.INFO, "job {0} is started, attempt {1}", id, status.attempts());
      watch(folder, run, false);
    } catch (IOException | ServiceException e) {
      String reason = "the process could not be started: " + e.getMessage();
      LOG.log(Level.ERROR, "job {0}: {1}", id, reason);
      store.write(id, ends.failed(status, OptionalInt.empty(), reason));
    }
  }

  /**
   * @param adopted whether a previous service process started the run
   */
  private ActiveJob watch(JobFolder folder, JobRun run, boolean adopted) {
    ActiveJob job = new ActiveJob(folder, run, new CompletableFuture<>());
    active.put(folder.id(), job);
    run.ended()
        .thenAcceptAsync(end -> settle(folder, end, adopted), worker)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.log(Level.ERROR, "job " + folder.id() + ": recording its end failed", failure);
              }
              job.settled().complete(null);
            });
    return job;
  }

  /** Runs on the worker without the lock, because bringing a version into service takes seconds. */
  private void settle(JobFolder folder, RunEnd run, boolean adopted) {
    String id = folder.id();
    JobStatus end = end(folder, run, adopted);
    synchronized (this) {
      if (end.state() == JobState.INTERRUPTED && store.status(id).cancelRequested()) {
        end = end.ended(JobState.CANCELLED, clock.instant(), run.exitCode(), Optional.empty());
      }
      active.remove(id); // before the write, which fails if the disk is full
      store.write(id, end);
    }
    String reason = end.reason().map(it -> ": " + it).orElse("");
    LOG.log(Level.INFO, "job {0} is {1}{2}", id, end.state(), reason);
    startNext();
  }

  private JobStatus end(JobFolder folder, RunEnd run, boolean adopted) {
    boolean closing;
    synchronized (this) {
      closing = phase == Phase.CLOSED;
    }
    JobStatus before = store.status(folder.id());
    try {
      return ends.record(folder, before, run, closing || adopted && run.isUnknown());
    } catch (RuntimeException e) {
      return ends.failed(before, run.exitCode(), "reading its end failed: " + e);
    }
  }

  /**
   * Starts no more jobs and stops the processes that cannot outlive the service; their jobs
   * continue after the next start. Returns when all of these have ended.
   */
  @Override
  public void close() {
    List<ActiveJob> left;
    synchronized (this) {
      phase = Phase.CLOSED;
      left = active.values().stream().filter(it -> !it.run().leave()).toList();
    }
    ActiveJob.stopAll(left, limits.grace());
    executor.close();
  }
}
