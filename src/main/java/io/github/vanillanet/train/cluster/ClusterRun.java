package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobRun;
import io.github.vanillanet.train.jobs.RunEnd;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One Kubernetes Job from its creation, or from when it was found, to its end. A thread of its own
 * looks at it every few seconds: a poll needs no connection between two looks, and an API server
 * that is away for an hour only makes it look later.
 */
final class ClusterRun implements JobRun {

  private static final Logger LOG = System.getLogger(ClusterRun.class.getName());

  private final Cluster cluster;
  private final Patience patience;
  private final JobFolder folder;
  private final JobFailure failure;
  private final CompletableFuture<RunEnd> ended = new CompletableFuture<>();
  private final Thread follower;

  private Optional<Job> toCreate; // the follower's own, as the next six
  private String name;
  private boolean seen;
  private Optional<Long> stuckSince = Optional.empty();
  private Optional<Long> completeSince = Optional.empty();
  private Optional<Long> refusedSince = Optional.empty();
  private Optional<String> givenUp = Optional.empty();

  private volatile Optional<String> obstacle = Optional.empty();
  private boolean mustEnd; // guarded by this
  private boolean left; // guarded by this

  private ClusterRun(
      Cluster cluster, Patience patience, JobFolder folder, String name, Optional<Job> toCreate) {
    this.cluster = cluster;
    this.patience = patience;
    this.folder = folder;
    this.failure = new JobFailure(cluster, folder);
    this.name = name;
    this.toCreate = toCreate;
    this.follower = new Thread(this::follow, "training-" + folder.id());
    this.follower.setDaemon(true);
  }

  /** A new one; it may take a while until it is really there. */
  static ClusterRun create(Cluster cluster, Patience patience, JobFolder folder, Job job) {
    return new ClusterRun(cluster, patience, folder, job.getMetadata().getName(), Optional.of(job))
        .started();
  }

  /**
   * One that an earlier life of the service has made, perhaps.
   *
   * @param name that it would have
   */
  static ClusterRun adopt(Cluster cluster, Patience patience, JobFolder folder, String name) {
    return new ClusterRun(cluster, patience, folder, name, Optional.empty()).started();
  }

  private ClusterRun started() {
    follower.start();
    return this;
  }

  @Override
  public CompletableFuture<RunEnd> ended() {
    return ended;
  }

  @Override
  public Optional<String> obstacle() {
    return obstacle;
  }

  /** Deletes the Job. Its pod gets SIGTERM, and SIGKILL from Kubernetes if that does not help. */
  @Override
  public synchronized void terminate() {
    mustEnd = true;
    notifyAll();
  }

  @Override
  public void kill() {
    terminate(); // nothing sterner is in the service's power
  }

  @Override
  public synchronized boolean leave() {
    left = true;
    notifyAll();
    return true;
  }

  /** Returns when nobody asks the cluster any more. */
  void join() throws InterruptedException {
    follower.join();
  }

  private void follow() {
    try {
      if (toCreate.isEmpty()) {
        persevere(this::choose);
      }
      persevere(this::look);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "job " + folder.id() + " is followed no more", e);
      ended.complete(RunEnd.because("its Kubernetes Job cannot be followed: " + e));
    }
  }

  @FunctionalInterface
  private interface Step {
    /** True once it is done. */
    boolean run() throws ClusterException;
  }

  private void persevere(Step step) throws InterruptedException {
    while (!isLeft() && !ended.isDone()) {
      try {
        if (step.run()) {
          return;
        }
        refusedSince = Optional.empty();
      } catch (ClusterException e) {
        if (isHopeless(e)) {
          end(RunEnd.because(e.getMessage()));
          return;
        }
        report(Optional.of(e.getMessage()));
      }
      pause();
    }
  }

  /**
   * A refusal to make the Job is the last word. Of one that is there already an operator gets as
   * long to give a missing permission as for anything else that keeps it from its work.
   */
  private boolean isHopeless(ClusterException refusal) {
    if (!refusal.lasting()) {
      refusedSince = Optional.empty();
      return false;
    }
    refusedSince = refusedSince.or(() -> Optional.of(System.nanoTime()));
    return toCreate.isPresent() || longerThan(patience.stuck().toNanos(), refusedSince.get());
  }

  /** The attempt that has not ended, should it be another than the one that is expected. */
  private boolean choose() throws ClusterException {
    cluster.attempts(folder.id()).stream()
        .filter(job -> condition(job, "Complete").isEmpty() && condition(job, "Failed").isEmpty())
        .max(Comparator.comparing(job -> job.getMetadata().getCreationTimestamp()))
        .ifPresent(job -> name = job.getMetadata().getName());
    return true;
  }

  private boolean look() throws ClusterException {
    if (mustEnd()) {
      toCreate = Optional.empty();
      cluster.delete(name);
    } else if (toCreate.isPresent()) {
      cluster.create(toCreate.get());
      toCreate = Optional.empty();
      seen = true;
      LOG.log(Level.INFO, "job {0} is the Kubernetes Job {1}", folder.id(), name);
    }
    Optional<Job> job = cluster.find(name);
    if (job.isEmpty()) {
      return end(gone());
    }
    seen = true;
    if (condition(job.get(), "Complete").isPresent()) {
      return completed();
    }
    Optional<JobCondition> failed = condition(job.get(), "Failed");
    if (failed.isPresent()) {
      return end(failure.read(name, failed.get()));
    }
    PodFinding pod = cluster.pod(name);
    report(pod.obstacle());
    giveUpIfStuck(pod);
    return false;
  }

  private RunEnd gone() {
    if (givenUp.isPresent()) {
      return RunEnd.because(givenUp.get());
    }
    return seen && !mustEnd()
        ? RunEnd.because("its Kubernetes Job %s was deleted by somebody else".formatted(name))
        : RunEnd.unknown();
  }

  /** A network volume may show the last word a while after it was written. */
  private boolean completed() {
    completeSince = completeSince.or(() -> Optional.of(System.nanoTime()));
    return hasOutcome() || longerThan(patience.visible().toNanos(), completeSince.get())
        ? end(RunEnd.exit(0))
        : false;
  }

  private boolean hasOutcome() {
    try {
      return folder.readOutcome().isPresent();
    } catch (ServiceException e) {
      return false;
    }
  }

  private void giveUpIfStuck(PodFinding pod) {
    stuckSince =
        pod.stuck() ? stuckSince.or(() -> Optional.of(System.nanoTime())) : Optional.empty();
    if (stuckSince.isPresent() && longerThan(patience.stuck().toNanos(), stuckSince.get())) {
      givenUp = pod.obstacle().map(it -> "its container cannot be started: " + it);
      terminate();
    }
  }

  private static boolean longerThan(long nanos, long since) {
    return System.nanoTime() - since >= nanos;
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    return Optional.ofNullable(job.getStatus()).stream()
        .flatMap(status -> status.getConditions().stream())
        .filter(it -> type.equals(it.getType()) && "True".equals(it.getStatus()))
        .findFirst();
  }

  private void report(Optional<String> now) {
    if (!now.equals(obstacle)) {
      now.ifPresent(it -> LOG.log(Level.INFO, "job {0} waits: {1}", folder.id(), it));
    }
    obstacle = now;
  }

  private boolean end(RunEnd how) {
    ended.complete(how);
    return true;
  }

  private synchronized boolean mustEnd() {
    return mustEnd;
  }

  private synchronized boolean isLeft() {
    return left;
  }

  private synchronized void pause() throws InterruptedException {
    if (!left) {
      wait(Math.max(1, patience.poll().toMillis()));
    }
  }
}
