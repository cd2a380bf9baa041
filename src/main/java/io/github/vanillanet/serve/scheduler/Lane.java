package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A bounded queue and the threads that do every forward of one model: one thread for each {@link
 * ModelInstance}, which take {@link Scheduler} with those of other lanes. The queue is counted in
 * images; a full one refuses at once. Work whose future is cancelled leaves it at once, work whose
 * deadline cannot be met any more when the next work is taken up. Any thread may submit.
 */
public final class Lane implements AutoCloseable {

  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);
  private static final Duration FAULTY_DRAIN = Duration.ofSeconds(1);

  private final List<ModelInstance> instances;
  private final VersionMeters meters;
  private final ServiceTime times;
  private final LaneQueue queue;
  private final BatchPolicy policy;
  private final Ticker ticker;
  private final LaneHealth health;
  private final String name;
  private final List<LaneWorker> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private Optional<LaneWatch> watch = Optional.empty(); // guarded by this

  /**
   * Starts the threads. The lane owns the instances from here on; the first may own what the others
   * use, so it is closed last.
   *
   * @param name of the threads, and in messages
   * @param meters closed with the lane
   */
  public Lane(
      String name, List<ModelInstance> instances, LaneSettings settings, VersionMeters meters) {
    this.name = name;
    this.instances = List.copyOf(instances);
    this.meters = meters;
    this.policy = settings.batching();
    this.ticker = settings.turns().ticker();
    this.times = new ServiceTime(policy.combines(), ticker);
    this.queue = new LaneQueue(name, instances.size(), settings, times, meters);
    this.health = new LaneHealth(queue, meters);
    for (int i = 0; i < instances.size(); i++) {
      LaneWorker worker =
          new LaneWorker(i, name, instances.get(i), queue, policy, times, meters, ticker, health);
      workers.add(worker);
      Thread thread = new Thread(worker, "lane-" + name + (i == 0 ? "" : "-" + (i + 1)));
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  /** One thread, one request at a time, counted by nobody. */
  public Lane(String name, ModelInstance instance, int capacity) {
    this(
        name,
        List.of(instance),
        LaneSettings.single(capacity),
        ServingMetrics.unobserved().version(name, 1, ""));
  }

  /**
   * Reserves room before the work of preparing an input is begun. Work of more images than the
   * capacity is accepted by an empty queue only.
   *
   * @throws ServiceException {@code QUEUE_FULL} if there is no room; it tells how long what waits
   *     will take
   * @throws ServiceException {@code DEADLINE_EXCEEDED} if the answer would come too late, by what
   *     the lane measured
   * @throws ServiceException {@code NOT_READY} if the lane is closing, or out of service after a
   *     fault
   */
  public Reservation reserve(int images, Deadline deadline) {
    return reserve(images, deadline, Duration.ZERO);
  }

  /**
   * The same, of work whose input is still to be prepared.
   *
   * @param preparation that this is expected to take
   */
  public Reservation reserve(int images, Deadline deadline, Duration preparation) {
    return queue.reserve(images, deadline, preparation);
  }

  /**
   * Rejects what {@link #reserve} would reject now, and reserves nothing.
   *
   * @throws ServiceException as {@link #reserve} does
   */
  public void requireRoom(int images, Deadline deadline) {
    queue.requireRoom(images, deadline);
  }

  /** Reserves and queues at once, without a deadline; throws as {@link #reserve} does. */
  public CompletableFuture<LaneAnswer> submit(ModelInput input) {
    try (Reservation ticket = reserve(input.samples(), Deadline.never())) {
      return ticket.submit(input);
    }
  }

  /** What {@code images} would meet if they came now. */
  public LaneEstimate estimate(int images) {
    return queue.estimate(images);
  }

  /** Images that wait; those being computed are not among them. */
  public int depth() {
    return queue.depth();
  }

  public VersionMeters meters() {
    return meters;
  }

  /**
   * Ends the warm-up: estimates begin with what was measured, and metrics are counted from here.
   *
   * @param oneImage time of its forward
   */
  public void open(Duration oneImage) {
    times.restart(oneImage.toNanos());
    meters.open(instances.size(), policy.sizes());
  }

  /**
   * Watches the lane until it is closed: each thread computes a probe now and then, and the first
   * fault takes the lane out of service.
   */
  public synchronized void watch(WatchPlan plan) {
    List<WorkerPulse> pulses = workers.stream().map(LaneWorker::pulse).toList();
    workers.forEach(worker -> worker.probes(plan.probes()));
    health.watched(plan.onFault());
    watch = Optional.of(new LaneWatch("watch-" + name, queue, pulses, times, health, plan, ticker));
    watch.get().start();
  }

  /** Why the lane answers nothing any more, if so. */
  public Optional<LaneFault> fault() {
    return health.fault();
  }

  /**
   * @throws ServiceException {@code NOT_READY} after a fault, naming it
   */
  public void requireHealthy() {
    if (health.fault().isPresent()) {
      throw health.fault().get().refusal(name);
    }
  }

  /** {@link #close(Duration)} with half a minute. */
  @Override
  public void close() {
    close(DEFAULT_DRAIN);
  }

  /**
   * Refuses new work, finishes what is queued until {@code drain} is over, fails the rest, joins
   * the threads and closes the instances. Idempotent. After a fault nothing is left to finish.
   */
  public void close(Duration drain) {
    queue.close();
    boolean stopped = join(health.fault().isPresent() ? FAULTY_DRAIN : drain);
    if (!stopped) {
      threads.forEach(Thread::interrupt);
      queue.failAll();
      stopped = join(health.fault().isPresent() ? FAULTY_DRAIN : drain);
    }
    endWatch();
    queue.failAll();
    if (stopped) { // never under a running forward: a hung device keeps its memory
      for (int i = instances.size() - 1; i >= 0; i--) {
        instances.get(i).close();
      }
    }
    meters.close();
  }

  private synchronized void endWatch() {
    watch.ifPresent(LaneWatch::close);
  }

  private boolean join(Duration patience) {
    boolean interrupted = false;
    long until = System.nanoTime() + patience.toNanos();
    for (Thread thread : threads) {
      while (!interrupted && thread.isAlive() && System.nanoTime() < until) {
        try {
          TimeUnit.NANOSECONDS.timedJoin(thread, until - System.nanoTime());
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }
}
