package io.github.vanillanet.batching;

import io.github.vanillanet.engine.ModelInstance;
import io.github.vanillanet.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bounded queue and the one thread that does every forward of one {@link ModelInstance}. The
 * queue is counted in images; a full one refuses at once. Work whose future is already done (given
 * up by its client) is dropped when it is taken up. Any thread may submit.
 */
public final class Lane implements AutoCloseable {

  /** Larger inputs are computed in pieces of this many images, which bounds the lane's memory. */
  static final int LARGEST_FORWARD = 8;

  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);

  private final String name;
  private final ModelInstance instance;
  private final int capacity;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Entry> queue = new ArrayDeque<>(); // guarded by lock
  private int queuedImages; // guarded by lock
  private boolean closing; // guarded by lock

  private ByteBuffer staging = ByteBuffer.allocateDirect(0); // of the lane's thread

  private record Entry(ModelInput input, CompletableFuture<LaneAnswer> answer, long submitted) {}

  /**
   * Starts the lane's thread. The lane owns {@code instance} from here on.
   *
   * @param name of the thread, and in messages
   * @param capacity images that may wait
   */
  public Lane(String name, ModelInstance instance, int capacity) {
    this.name = name;
    this.instance = instance;
    this.capacity = capacity;
    this.thread = new Thread(this::run, "lane-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Queues work. An input of more images than the capacity is accepted by an empty queue only.
   *
   * @return its answer, completed on the lane's thread; cancel it to give the work up
   * @throws ServiceException.QueueFull if there is no room
   * @throws ServiceException.NotReady if the lane is closing
   */
  public CompletableFuture<LaneAnswer> submit(ModelInput input) {
    CompletableFuture<LaneAnswer> answer = new CompletableFuture<>();
    lock.lock();
    try {
      if (closing) {
        throw new ServiceException.NotReady(name + " is closing");
      }
      if (queuedImages > 0 && queuedImages + input.samples() > capacity) {
        throw new ServiceException.QueueFull(
            "%s: %d images wait and %d more do not fit, the queue holds %d"
                .formatted(name, queuedImages, input.samples(), capacity));
      }
      queue.add(new Entry(input, answer, System.nanoTime()));
      queuedImages += input.samples();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return answer;
  }

  /** Images that wait; those being computed are not among them. */
  public int depth() {
    lock.lock();
    try {
      return queuedImages;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    instance.attachToThread();
    try {
      for (Entry entry = next(); entry != null; entry = next()) {
        if (!entry.answer.isDone()) {
          execute(entry);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close() gave up waiting; it fails what is left
    }
  }

  /** Waits for work; null once the lane is closing and its queue empty. */
  private Entry next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && !closing) {
        changed.await();
      }
      Entry entry = queue.poll();
      if (entry != null) {
        queuedImages -= entry.input.samples();
      }
      return entry;
    } finally {
      lock.unlock();
    }
  }

  private void execute(Entry entry) {
    long started = System.nanoTime();
    try {
      float[] logits = forward(entry.input);
      long done = System.nanoTime();
      entry.answer.complete(new LaneAnswer(logits, started - entry.submitted, done - started));
    } catch (RuntimeException | Error e) { // the lane lives on, whatever one forward threw
      entry.answer.completeExceptionally(e);
    }
  }

  private float[] forward(ModelInput input) {
    if (input.content().isDirect() && input.samples() <= LARGEST_FORWARD) {
      return instance.forward(input.kind(), input.content(), input.samples());
    }
    float[] all = new float[0];
    int done = 0;
    while (done < input.samples()) {
      int count = Math.min(LARGEST_FORWARD, input.samples() - done);
      int bytes = count * input.sampleBytes();
      ByteBuffer piece = staging(bytes);
      int from = input.content().position() + done * input.sampleBytes();
      piece.put(0, input.content(), from, bytes);
      float[] logits = instance.forward(input.kind(), piece, count);
      if (all.length == 0) {
        all = new float[logits.length / count * input.samples()];
      }
      System.arraycopy(logits, 0, all, logits.length / count * done, logits.length);
      done += count;
    }
    return all;
  }

  /** The engine reads direct memory without a copy; this buffer is used again by every forward. */
  private ByteBuffer staging(int bytes) {
    if (staging.capacity() < bytes) {
      staging = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
    return staging.clear().limit(bytes);
  }

  /** {@link #close(Duration)} with half a minute. */
  @Override
  public void close() {
    close(DEFAULT_DRAIN);
  }

  /**
   * Refuses new work, finishes what is queued until {@code drain} is over, fails the rest, joins
   * the thread and closes the instance. Idempotent.
   */
  public void close(Duration drain) {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean stopped = join(drain);
    if (!stopped) {
      thread.interrupt();
      failQueued();
      stopped = join(drain);
    }
    if (stopped) {
      instance.close(); // never under a running forward: a hung device keeps its memory
    }
  }

  private boolean join(Duration patience) {
    boolean interrupted = false;
    long until = System.nanoTime() + patience.toNanos();
    while (thread.isAlive() && System.nanoTime() < until) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, until - System.nanoTime());
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private void failQueued() {
    lock.lock();
    try {
      for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
        entry.answer.completeExceptionally(
            new ServiceException.NotReady(name + " closed before this work was begun"));
      }
      queuedImages = 0;
    } finally {
      lock.unlock();
    }
  }
}
