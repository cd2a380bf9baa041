package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobRun;
import io.github.vanillanet.train.jobs.RunEnd;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One Kubernetes Job from its creation, or its discovery after a restart, to its end. Its own
 * thread polls the Job. Polling needs no open connection, and an outage of the API server only
 * delays it.
 */
final class ClusterRun implements JobRun {

  private static final Logger LOG = System.getLogger(ClusterRun.class.getName());

  /**
   * @param poll interval between two queries
   * @param stuck how long a container may fail to start, or a permission be missing
   * @param visible how long a file of a finished pod may be invisible to the service
   */
  record Timeouts(Duration poll, Duration stuck, Duration visible) {

    /** Linux's NFS client caches the absence of a file for up to 60 seconds. */
    static Timeouts of(Duration stuck) {
      return new Timeouts(Duration.ofSeconds(5), stuck, Duration.ofSeconds(60));
    }
  }

  /** Measures how long a condition has held without interruption. */
  private static final class Persistence {
    private Optional<Long> sinceNanos = Optional.empty();

    boolean exceeds(Duration limit, boolean holds) {
      sinceNanos = holds ? sinceNanos.or(() -> Optional.of(System.nanoTime())) : Optional.empty();
      return holds && System.nanoTime() - sinceNanos.get() >= limit.toNanos();
    }
  }

  private final Cluster cluster;
  private final Timeouts timeouts;
  private final JobFolder folder;
  private final CompletableFuture<RunEnd> ended = new CompletableFuture<>();
  private final Thread poller;

  // used by the poller only
  private Optional<Job> toCreate;
  private String name;
  private boolean seen;
  private final Persistence stuck = new Persistence();
  private final Persistence complete = new Persistence();
  private final Persistence rejected = new Persistence();
  private Optional<String> givenUp = Optional.empty();

  private volatile Optional<String> obstacle = Optional.empty();
  private volatile boolean suspended;
  private volatile boolean mustEnd;
  private volatile boolean left;

  /**
   * @param name of the Kubernetes Job of the last attempt
   * @param toCreate the Job to create in the background; empty to look for one that a previous
   *     service process created
   */
  ClusterRun(
      Cluster cluster, Timeouts timeouts, JobFolder folder, String name, Optional<Job> toCreate) {
    this.cluster = cluster;
    this.timeouts = timeouts;
    this.folder = folder;
    this.name = name;
    this.toCreate = toCreate;
    this.poller = new Thread(this::poll, "training-" + folder.id());
    this.poller.setDaemon(true);
    this.poller.start();
  }

  @Override
  public CompletableFuture<RunEnd> ended() {
    return ended;
  }

  @Override
  public Optional<String> obstacle() {
    return obstacle;
  }

  /** True while the Job is suspended: it has no pod, and Kueue or an operator resumes it. */
  @Override
  public boolean waits() {
    return suspended;
  }

  /** Deletes the Job. Kubernetes sends SIGTERM to its pod, and SIGKILL if it does not end. */
  @Override
  public synchronized void terminate() {
    mustEnd = true;
    notifyAll();
  }

  /** The service has no stronger means than {@link #terminate}. */
  @Override
  public void kill() {
    terminate();
  }

  @Override
  public synchronized boolean leave() {
    left = true;
    notifyAll();
    return true;
  }

  /** Returns when no more requests are sent to the cluster. */
  void join() throws InterruptedException {
    poller.join();
  }

  private void poll() {
    try {
      if (toCreate.isEmpty()) {
        repeat(this::selectAttempt);
      }
      repeat(this::update);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "job " + folder.id() + ": polling its Kubernetes Job failed", e);
      ended.complete(RunEnd.because("polling its Kubernetes Job failed: " + e));
    }
  }

  @FunctionalInterface
  private interface Step {
    /** Returns true once the step is done. */
    boolean run() throws Cluster.Failure;
  }

  private void repeat(Step step) throws InterruptedException {
    while (!left && !ended.isDone()) {
      try {
        if (step.run()) {
          return;
        }
        rejected.exceeds(timeouts.stuck(), false);
      } catch (Cluster.Failure e) {
        if (isFinal(e)) {
          end(RunEnd.because(e.getMessage()));
          return;
        }
        report(Optional.of(e.getMessage()));
      }
      pause();
    }
  }

  /**
   * A rejected creation is final. For an existing Job, an operator has time to grant a missing
   * permission.
   */
  private boolean isFinal(Cluster.Failure rejection) {
    boolean exceeded = rejected.exceeds(timeouts.stuck(), rejection.permanent());
    return exceeded || rejection.permanent() && toCreate.isPresent();
  }

  /** Selects the attempt that is still active, if it is not the last one. */
  private boolean selectAttempt() throws Cluster.Failure {
    cluster.attempts(folder.id()).stream()
        .filter(job -> condition(job, "Complete").isEmpty() && condition(job, "Failed").isEmpty())
        .max(Comparator.comparing(job -> job.getMetadata().getCreationTimestamp()))
        .ifPresent(job -> name = job.getMetadata().getName());
    return true;
  }

  private boolean update() throws Cluster.Failure {
    if (mustEnd) {
      toCreate = Optional.empty();
      cluster.delete(name);
    } else if (toCreate.isPresent()) {
      cluster.create(toCreate.get());
      toCreate = Optional.empty();
      seen = true;
      LOG.log(Level.INFO, "job {0}: created Kubernetes Job {1}", folder.id(), name);
    }
    Optional<Job> job = cluster.find(name);
    if (job.isEmpty()) {
      return end(gone());
    }
    seen = true;
    if (condition(job.get(), "Complete").isPresent()) {
      boolean late = complete.exceeds(timeouts.visible(), true);
      return (late || hasOutcome()) && end(RunEnd.exit(0));
    }
    Optional<JobCondition> failed = condition(job.get(), "Failed");
    if (failed.isPresent()) {
      return end(reason(failed.get()));
    }
    suspended = Boolean.TRUE.equals(job.get().getSpec().getSuspend());
    PodReport pod = suspended ? PodReport.suspended() : cluster.pod(name);
    report(pod.obstacle());
    if (stuck.exceeds(timeouts.stuck(), pod.stuck())) {
      givenUp = pod.obstacle().map(it -> "the container could not be started: " + it);
      terminate();
    }
    return false;
  }

  /**
   * Finds the reason, mostly from the pod. Also appends the end of the container's log to the
   * training's log.
   */
  private RunEnd reason(JobCondition failed) {
    try {
      PodReport pod = cluster.pod(name);
      pod.logEnd().ifPresent(this::log);
      return pod.end(failed);
    } catch (Cluster.Failure e) {
      return RunEnd.because(
          "the Kubernetes Job failed: %s; reading the reason failed: %s"
              .formatted(failed.getReason(), e.getMessage()));
    }
  }

  private void log(String logEnd) {
    try {
      Files.writeString(
          folder.log(),
          logEnd.strip() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "writing {0} failed: {1}", folder.log(), e);
    }
  }

  private RunEnd gone() {
    if (givenUp.isPresent()) {
      return RunEnd.because(givenUp.get());
    }
    return seen && !mustEnd
        ? RunEnd.because("the Kubernetes Job %s was deleted from outside".formatted(name))
        : RunEnd.unknown();
  }

  private boolean hasOutcome() {
    try {
      return folder.readOutcome().isPresent();
    } catch (ServiceException e) {
      return false;
    }
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    return Optional.ofNullable(job.getStatus()).stream()
        .flatMap(status -> status.getConditions().stream())
        .filter(it -> type.equals(it.getType()) && "True".equals(it.getStatus()))
        .findFirst();
  }

  private void report(Optional<String> now) {
    if (!now.equals(obstacle)) {
      now.ifPresent(it -> LOG.log(Level.INFO, "job {0} is waiting: {1}", folder.id(), it));
    }
    obstacle = now;
  }

  private boolean end(RunEnd how) {
    ended.complete(how);
    return true;
  }

  private synchronized void pause() throws InterruptedException {
    if (!left) {
      wait(Math.max(1, timeouts.poll().toMillis()));
    }
  }
}
