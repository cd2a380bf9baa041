package io.github.vanillanet.serve.scheduler;

import static io.github.vanillanet.base.error.ErrorCode.NOT_READY;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Deadline;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.metrics.VersionMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A bounded queue and the worker threads that run every forward of one model, one thread for each
 * {@link ModelInstance}. The queue is counted in images; a full queue rejects at once. Cancelled
 * work leaves the queue at once. Work that cannot meet its deadline is dropped when a worker takes
 * its next task. Thread-safe.
 */
public final class Lane implements AutoCloseable {

  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);
  private static final Duration FAULTY_DRAIN = Duration.ofSeconds(1);

  private final String name;
  private final List<ModelInstance> instances;
  private final VersionMeters meters;
  private final Scheduler scheduler;
  private final LaneQueue queue;
  private final LaneMonitor monitor;
  private final List<Thread> workers = new ArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private Optional<Thread> watch = Optional.empty(); // guarded by this
  private int running; // workers, guarded by this
  private boolean left; // close() has returned before the workers ended; guarded by this

  /**
   * The expected latency of new work, from measured times.
   *
   * @param waiting until the work before it is done
   * @param forward of the work itself
   * @param margin added for safety
   * @param room whether the queue has room for it
   */
  public record Estimate(Duration waiting, Duration forward, Duration margin, boolean room) {

    public Duration total() {
      return waiting.plus(forward).plus(margin);
    }
  }

  /**
   * Starts the threads. The lane owns the instances. It closes the first one last, because the
   * others may use its weights.
   *
   * @param name of the threads, and in messages
   * @param meters closed with the lane
   */
  public Lane(
      String name, List<ModelInstance> instances, LaneSettings settings, VersionMeters meters) {
    this.name = name;
    this.instances = List.copyOf(instances);
    this.meters = meters;
    this.scheduler = settings.scheduler();
    this.queue = scheduler.join(name, instances.size(), settings, meters);
    this.monitor = new LaneMonitor(scheduler, queue, meters);
    for (int i = 0; i < instances.size(); i++) {
      Runnable worker = new LaneWorker(i, instances.get(i), scheduler, queue, monitor, meters);
      workers.add(daemon(() -> runToEnd(worker), "lane-" + name + (i == 0 ? "" : "-" + (i + 1))));
    }
    running = workers.size();
    workers.forEach(Thread::start);
  }

  /** Creates a lane with one worker that computes one request at a time, without metrics. */
  public Lane(String name, ModelInstance instance, int capacity) {
    this(
        name,
        List.of(instance),
        LaneSettings.single(capacity),
        ServingMetrics.unobserved().version(name, 1, ""));
  }

  private void runToEnd(Runnable worker) {
    try {
      worker.run();
    } finally {
      if (isLast()) {
        release();
      }
    }
  }

  /** A worker has ended. Returns whether it was the last one of a lane that is already closed. */
  private synchronized boolean isLast() {
    running--;
    return left && running == 0;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Reserves room before an input is prepared. An empty queue accepts work larger than its
   * capacity.
   *
   * @param preparation expected time until the input is prepared
   * @throws ServiceException {@code QUEUE_FULL} if there is no room, with the time until the queue
   *     is empty
   * @throws ServiceException {@code DEADLINE_EXCEEDED} if the estimated answer is too late
   * @throws ServiceException {@code NOT_READY} if the lane is closing or out of service
   */
  public Reservation reserve(int images, Deadline deadline, Duration preparation) {
    return scheduler.reserve(queue, images, deadline, preparation);
  }

  /** Reserves room for an input that is ready. */
  public Reservation reserve(int images, Deadline deadline) {
    return reserve(images, deadline, Duration.ZERO);
  }

  /** Throws what {@link #reserve(int, Deadline)} would throw now, and reserves nothing. */
  public void requireRoom(int images, Deadline deadline) {
    scheduler.requireRoom(queue, images, deadline, Duration.ZERO);
  }

  /** Reserves room and submits, without a deadline. */
  public CompletableFuture<float[]> submit(ModelInput input) {
    try (Reservation reservation = reserve(input.samples(), Deadline.never())) {
      return reservation.submit(input);
    }
  }

  public Estimate estimate(int images) {
    return scheduler.estimate(queue, images);
  }

  /** The number of waiting images, without those being computed. */
  public int depth() {
    return scheduler.depth(queue);
  }

  public VersionMeters meters() {
    return meters;
  }

  /**
   * How a lane serves, as its warm-up measured it.
   *
   * @param oneImage time of a forward with one image
   * @param recomputation of uncertain answers, by the instances' {@link ModelInstance#exact}; empty
   *     if no answer is computed again
   */
  public record Opening(
      Duration oneImage, BatchPolicy batching, Optional<Recomputation> recomputation) {}

  /** Ends the warm-up: estimates start from these measurements, and metrics count from here on. */
  public void open(Opening opening) {
    queue.open(opening);
    meters.open(instances.size(), queue.policy.sizes());
  }

  /** Ends the warm-up of a lane that serves as its settings say and computes nothing again. */
  public void open(Duration oneImage) {
    open(new Opening(oneImage, queue.policy, Optional.empty()));
  }

  /**
   * Starts the monitor, which computes probes on each worker and finds faults until the lane is
   * closed. Called once.
   *
   * @param probes computed in turn, at least one
   * @param interval shortest time between two probes of one worker
   * @param hangLimit a forward hangs if it takes longer than this and ten times its measured time,
   *     without the time that its threads wait for a processor
   * @param onFault receives each fault on the thread that found it, and the remaining fault,
   *     usually none, when a hang is over; must return quickly
   */
  public synchronized void watch(
      List<Probe> probes,
      Duration interval,
      Duration hangLimit,
      Consumer<Optional<LaneFault>> onFault) {
    monitor.start(probes, interval, hangLimit, onFault);
    watch = Optional.of(daemon(this::monitorUntilClosed, "watch-" + name));
    watch.get().start();
  }

  private void monitorUntilClosed() {
    try {
      boolean useful = true;
      while (useful && !closed.await(LaneMonitor.TICK.toNanos(), TimeUnit.NANOSECONDS)) {
        useful = monitor.tick();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The reason why the lane is out of service, if it is. */
  public Optional<LaneFault> fault() {
    return queue.fault;
  }

  /**
   * @throws ServiceException {@code NOT_READY} if the lane is out of service
   */
  public void requireHealthy() {
    queue.fault.ifPresent(
        fault -> {
          throw fault.rejection(name);
        });
  }

  /** {@link #close(Duration)} with 30 seconds. */
  @Override
  public void close() {
    close(DEFAULT_DRAIN);
  }

  /**
   * Rejects new work, computes the waiting work for up to {@code drain}, fails the rest, joins the
   * threads and closes the instances. After a fault nothing is left to compute. If a forward hangs,
   * its worker closes the instances when it returns. Idempotent.
   */
  public void close(Duration drain) {
    scheduler.close(queue);
    boolean ended = join(workers, queue.fault.isPresent() ? FAULTY_DRAIN : drain);
    ServiceException reason = NOT_READY.error("%s was closed before this work was computed", name);
    scheduler.leave(queue).forEach(work -> work.answer.completeExceptionally(reason));
    if (!ended) {
      workers.forEach(Thread::interrupt);
      ended = join(workers, queue.fault.isPresent() ? FAULTY_DRAIN : drain);
    }
    closed.countDown();
    synchronized (this) {
      join(watch.stream().toList(), DEFAULT_DRAIN);
    }
    synchronized (this) {
      ended = running == 0;
      left = !ended;
    }
    if (ended) { // a hung forward keeps using its instance
      release();
    }
    meters.close();
  }

  private void release() {
    for (int i = instances.size() - 1; i >= 0; i--) {
      instances.get(i).close();
    }
    monitor.endHang();
  }

  private static boolean join(List<Thread> threads, Duration timeout) {
    boolean interrupted = false;
    long until = System.nanoTime() + timeout.toNanos();
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
