package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

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
  public record Limits(int concurrent, Duration grace, Retention retention) {}

  private enum Phase {
    NEW,
    OPEN,
    CLOSED
  }

  private final JobStore store;
  private final JobExecutor executor;
  private final Launcher launcher;
  private final JobEnd ends;
  private final Limits limits;
  private final Clock clock;
  private final Timer timer;
  private final Executor worker;

  private final Map<String, ActiveJob> active = new HashMap<>(); // guarded by this
  private final Set<String> committed = new HashSet<>(); // ids of active jobs, guarded by this
  private Phase phase = Phase.NEW; // guarded by this

  /**
   * @param installation also called after a restart of the service if the job published in between
   * @param worker records the ends of jobs, which takes seconds
   */
  public JobRunner(
      JobStore store,
      JobExecutor executor,
      Installation installation,
      Limits limits,
      Clock clock,
      Timer timer,
      Executor worker) {
    this.store = store;
    this.executor = executor;
    this.ends = new JobEnd(installation, clock);
    this.launcher = new Launcher(store, executor, ends, clock);
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

  /** Continues the jobs of the previous service process. Jobs that are submitted earlier wait. */
  public void start() {
    store.deleteLeftovers();
    synchronized (this) {
      store.finishDeletions();
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
    Optional<JobRun> run = launcher.find(folder);
    ActiveJob adopted = watch(folder, run.orElse(Launcher.GONE), true);
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

  /**
   * Deletes an ended job and its files. A version that it has published stays.
   *
   * @throws ServiceException {@code CONFLICT} if it has not ended
   */
  public synchronized void delete(String id) {
    JobState state = store.find(id).state();
    if (!state.ended() || active.containsKey(id) || store.folder(id).isLocked()) {
      throw CONFLICT.error("job %s has not ended: it is %s; cancel it first", id, state);
    }
    store.delete(id);
    LOG.log(Level.INFO, "job {0} is deleted", id);
  }

  /** All jobs, oldest first. */
  public List<Job> list() {
    return store.list().stream().map(this::withObstacle).toList();
  }

  public Job find(String id) {
    return withObstacle(store.find(id));
  }

  private synchronized Job withObstacle(Job job) {
    Optional<JobRun> run =
        Optional.ofNullable(active.get(job.id()))
            .filter(it -> job.state() == JobState.RUNNING)
            .map(ActiveJob::run);
    Job found = run.flatMap(JobRun::obstacle).map(job::withObstacle).orElse(job);
    return run.filter(JobRun::waits).isPresent() ? found.queued() : found;
  }

  public JobFolder folder(String id) {
    return store.folder(id);
  }

  /**
   * Cancels a job. A waiting job is cancelled at once. The process of a running job is stopped,
   * terminated if it does not stop, and killed if it does not terminate. What it has published is
   * deleted.
   *
   * @throws ServiceException {@code CONFLICT} if it has ended, or if its version is already active
   */
  public synchronized Job cancel(String id) {
    Job job = store.find(id);
    if (job.state().ended()) {
      throw CONFLICT.error("job %s has already ended: it is %s", id, job.state());
    }
    if (committed.contains(id)) {
      throw CONFLICT.error("job %s is ending: its outcome has already taken effect", id);
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

  /** Lets the outcome of a job take effect, unless the job was cancelled. */
  private synchronized boolean commit(String id) {
    return !store.status(id).cancelRequested() && committed.add(id);
  }

  private synchronized void startNext() {
    if (phase != Phase.OPEN) {
      return;
    }
    limits.retention().apply(store.list(), clock.instant(), this::delete);
    for (Job job : store.list()) {
      if (active.size() >= limits.concurrent()) {
        return;
      }
      if (job.state().waits() && !active.containsKey(job.id())) {
        launcher.launch(job.id()).ifPresent(run -> watch(store.folder(job.id()), run, false));
      }
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
        end = ends.cancelled(end, run.exitCode());
      }
      active.remove(id); // before the write, which fails if the disk is full
      committed.remove(id);
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
    return ends.record(
        folder,
        store.status(folder.id()),
        run,
        closing || adopted && run.isUnknown(),
        () -> commit(folder.id()));
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
