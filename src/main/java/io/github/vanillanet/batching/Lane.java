package io.github.vanillanet.batching;

import io.github.vanillanet.engine.ModelInstance;
import io.github.vanillanet.error.ServiceException;
import io.github.vanillanet.metrics.ServingMetrics;
import io.github.vanillanet.metrics.VersionMeters;
import io.github.vanillanet.timing.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A bounded queue and the threads that do every forward of one model: one thread for each {@link
 * ModelInstance}. The queue is counted in images; a full one refuses at once. Work whose future is
 * already done (given up by its client) or whose deadline cannot be met any more is dropped when
 * the next work is taken up. Any thread may submit.
 */
public final class Lane implements AutoCloseable {

  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);

  private final List<ModelInstance> instances;
  private final VersionMeters meters;
  private final ServiceTime times;
  private final LaneQueue queue;
  private final BatchPolicy policy;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Starts the threads. The lane owns the instances from here on; the first may own what the others
   * use, so it is closed last.
   *
   * @param name of the threads, and in messages
   * @param meters closed with the lane
   */
  public Lane(
      String name, List<ModelInstance> instances, LaneSettings settings, VersionMeters meters) {
    this.instances = List.copyOf(instances);
    this.meters = meters;
    this.policy = settings.batching();
    this.times = new ServiceTime(policy.combines(), settings.ticker());
    this.queue =
        new LaneQueue(
            name, settings.capacity(), instances.size(), policy, times, meters, settings.ticker());
    for (int i = 0; i < instances.size(); i++) {
      LaneWorker worker =
          new LaneWorker(
              i, name, instances.get(i), queue, policy, times, meters, settings.ticker());
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
   * @throws ServiceException.QueueFull if there is no room; it tells how long what waits will take
   * @throws ServiceException.DeadlineExceeded if the answer would come too late, by what the lane
   *     measured
   * @throws ServiceException.NotReady if the lane is closing
   */
  public Ticket reserve(int images, Deadline deadline) {
    return reserve(images, deadline, Duration.ZERO);
  }

  /**
   * The same, of work whose input is still to be prepared.
   *
   * @param preparation that this is expected to take
   */
  public Ticket reserve(int images, Deadline deadline, Duration preparation) {
    return queue.reserve(images, deadline, preparation);
  }

  /** Reserves and queues at once, without a deadline; throws as {@link #reserve} does. */
  public CompletableFuture<LaneAnswer> submit(ModelInput input) {
    try (Ticket ticket = reserve(input.samples(), Deadline.never())) {
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

  /** {@link #close(Duration)} with half a minute. */
  @Override
  public void close() {
    close(DEFAULT_DRAIN);
  }

  /**
   * Refuses new work, finishes what is queued until {@code drain} is over, fails the rest, joins
   * the threads and closes the instances. Idempotent.
   */
  public void close(Duration drain) {
    queue.close();
    boolean stopped = join(drain);
    if (!stopped) {
      threads.forEach(Thread::interrupt);
      queue.failAll();
      stopped = join(drain);
    }
    if (stopped) { // never under a running forward: a hung device keeps its memory
      for (int i = instances.size() - 1; i >= 0; i--) {
        instances.get(i).close();
      }
    }
    meters.close();
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
