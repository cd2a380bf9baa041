package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
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

/**
 * The queue of jobs and their processes: a few at a time, the others wait, oldest first. All it
 * knows stands in the {@link JobStore}, so a restarted service goes on where it was: what waited
 * waits, what ran runs again from its last checkpoint. Thread-safe.
 */
public final class JobRunner implements AutoCloseable {

  private static final Logger LOG = System.getLogger(JobRunner.class.getName());

  /**
   * @param concurrent processes at a time
   * @param grace that a process has to stop by itself, then again to end when it is told to
   */
  public record Limits(int concurrent, Duration grace) {}

  private enum Phase {
    NEW,
    OPEN,
    CLOSED
  }

  private final JobStore store;
  private final JobExecutor executor;
  private final JobVerdict verdict;
  private final Limits limits;
  private final Clock clock;
  private final PoliteStop stop;
  private final Executor worker;

  private final Map<String, ActiveJob> active = new HashMap<>(); // guarded by this
  private Phase phase = Phase.NEW; // guarded by this

  /**
   * @param worker looks after jobs that have ended, which may take seconds
   */
  public JobRunner(
      JobStore store,
      JobExecutor executor,
      Installation installation,
      Limits limits,
      Clock clock,
      Alarm alarm,
      Executor worker) {
    this.store = store;
    this.executor = executor;
    this.verdict = new JobVerdict(installation, clock);
    this.limits = limits;
    this.clock = clock;
    this.stop = new PoliteStop(limits.grace(), alarm);
    this.worker = worker;
  }

  /**
   * Before {@link #start}.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if no job can ever be started here
   */
  public void check() {
    executor.check();
  }

  /**
   * Takes up what an earlier life of the service left, and starts what waits. Jobs can be submitted
   * before; they wait.
   */
  public void start() {
    synchronized (this) {
      for (Job job : store.list()) {
        if (job.state() == JobState.RUNNING) {
          takeUp(job);
        }
      }
      phase = Phase.OPEN;
    }
    startNext();
  }

  private void takeUp(Job job) {
    JobFolder folder = store.folder(job.id());
    Optional<JobRun> run;
    try {
      run = executor.find(folder);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "job {0}: {1}", job.id(), e);
      run = Optional.empty();
    }
    run.ifPresent(
        alive -> {
          LOG.log(Level.INFO, "job {0} is still at work", job.id());
          if (job.cancelRequested()) {
            stop.begin(folder, alive);
          }
        });
    watch(job.id(), folder, run.orElseGet(JobRun::gone), true);
  }

  /**
   * Queues a job.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the disk refuses
   */
  public Job submit(JsonNode spec, JobStore.Attachment attachment) {
    Job job = store.create(spec, attachment);
    LOG.log(Level.INFO, "job {0} is queued", job.id());
    startNext();
    return store.find(job.id());
  }

  /** All jobs, oldest first. */
  public List<Job> list() {
    return store.list().stream().map(this::seen).toList();
  }

  /**
   * @throws ServiceException {@code JOB_NOT_FOUND} if there is none
   */
  public Job find(String id) {
    return seen(store.find(id));
  }

  private synchronized Job seen(Job job) {
    return Optional.ofNullable(active.get(job.id()))
        .filter(it -> job.state() == JobState.RUNNING)
        .flatMap(it -> it.run().obstacle())
        .map(job::held)
        .orElse(job);
  }

  /**
   * @throws ServiceException {@code JOB_NOT_FOUND} if there is none
   */
  public JobFolder folder(String id) {
    return store.folder(id);
  }

  /**
   * Ends a job. A waiting one is cancelled when this returns; a running one is asked to stop, then
   * told to, then killed.
   *
   * @throws ServiceException {@code JOB_NOT_FOUND} if there is none
   * @throws ServiceException {@code CONFLICT} if it has ended
   */
  public synchronized Job cancel(String id) {
    Job job = store.find(id);
    JobStatus status = store.status(id);
    if (job.state().ended()) {
      throw new ServiceException(
          ErrorCode.CONFLICT, "job %s has ended already: %s".formatted(id, job.state()));
    }
    if (job.state().waits()) {
      store.write(
          id,
          status.ended(JobState.CANCELLED, clock.instant(), OptionalInt.empty(), Optional.empty()));
    } else if (!job.cancelRequested()) {
      store.write(id, status.cancelling());
      Optional.ofNullable(active.get(id)).ifPresent(it -> stop.begin(it.folder(), it.run()));
    }
    LOG.log(Level.INFO, "job {0} is being cancelled", id);
    return store.find(id);
  }

  /**
   * Queues a failed or cancelled job again, to go on from its last checkpoint.
   *
   * @throws ServiceException {@code JOB_NOT_FOUND} if there is none
   * @throws ServiceException {@code CONFLICT} if it is not in such a state
   */
  public Job resume(String id) {
    synchronized (this) {
      Job job = store.find(id);
      if (!job.state().resumable() || active.containsKey(id)) {
        throw new ServiceException(
            ErrorCode.CONFLICT,
            "job %s: only a failed or cancelled job can be resumed, it is %s"
                .formatted(id, job.state()));
      }
      store.write(id, store.status(id).resumed());
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
      watch(id, folder, run, false);
    } catch (IOException | ServiceException e) {
      String reason = "its process cannot be started: " + e.getMessage();
      LOG.log(Level.ERROR, "job {0}: {1}", id, reason);
      store.write(
          id,
          status.ended(JobState.FAILED, clock.instant(), OptionalInt.empty(), Optional.of(reason)));
    }
  }

  private void watch(String id, JobFolder folder, JobRun run, boolean leftBehind) {
    CompletableFuture<Void> settled = new CompletableFuture<>();
    active.put(id, new ActiveJob(folder, run, settled));
    run.ended()
        .thenAcceptAsync(end -> settle(id, end, leftBehind), worker)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.log(Level.ERROR, "job " + id + " cannot be looked after", failure);
              }
              settled.complete(null);
            });
  }

  /** On the worker, and not under the lock: bringing a version into service takes seconds. */
  private void settle(String id, RunEnd ended, boolean leftBehind) {
    JobStatus end = conclude(id, ended, leftBehind);
    synchronized (this) {
      if (end.state() == JobState.INTERRUPTED && store.status(id).cancelRequested()) {
        end = end.ended(JobState.CANCELLED, clock.instant(), ended.exitCode(), Optional.empty());
      }
      active.remove(id); // first: a full disk must not keep its place taken
      store.write(id, end);
    }
    LOG.log(
        Level.INFO, "job {0} {1}{2}", id, end.state(), end.reason().map(r -> ": " + r).orElse(""));
    startNext();
  }

  private JobStatus conclude(String id, RunEnd end, boolean leftBehind) {
    boolean closing;
    synchronized (this) {
      closing = phase == Phase.CLOSED;
    }
    JobStatus before = store.status(id);
    try {
      boolean interruption = closing || leftBehind && end.isUnknown();
      return verdict.on(store.folder(id), before, end, interruption);
    } catch (IOException | RuntimeException e) {
      return before.ended(
          JobState.FAILED,
          clock.instant(),
          end.exitCode(),
          Optional.of("its end cannot be read: " + e));
    }
  }

  /**
   * Starts nothing any more and stops what would not outlive the service; it goes on when the
   * service is back. Returns when every such process has ended.
   */
  @Override
  public void close() {
    List<ActiveJob> left;
    synchronized (this) {
      phase = Phase.CLOSED;
      left = active.values().stream().filter(it -> !it.run().leave()).toList();
    }
    stop.end(left);
    executor.close();
  }
}
