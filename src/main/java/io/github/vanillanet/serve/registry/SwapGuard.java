package io.github.vanillanet.serve.registry;

/**
 * Counts the failures among the first answers of a version that was just swapped in. Too many
 * failures or a fault of its lane start the rollback, once, on a new thread. Thread-safe.
 */
public final class SwapGuard {

  /**
   * @param answers number of answers after which the guard ends
   * @param failures among them that start the rollback
   */
  public record Limits(int answers, int failures) {}

  private final Limits limits;
  private final String threadName;
  private final Runnable rollback;
  private int answers; // guarded by this
  private int failures; // guarded by this
  private boolean ended; // guarded by this

  SwapGuard(Limits limits, String threadName, Runnable rollback) {
    this.limits = limits;
    this.threadName = threadName;
    this.rollback = rollback;
  }

  synchronized void answered() {
    answers++;
    ended |= answers >= limits.answers;
  }

  synchronized void failed() {
    failures++;
    if (failures >= limits.failures) {
      startRollback();
    }
    answered();
  }

  synchronized void startRollback() {
    if (!ended) {
      ended = true;
      new Thread(rollback, threadName).start();
    }
  }
}
