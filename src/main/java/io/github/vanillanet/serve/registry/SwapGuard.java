package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.scheduler.LaneFault;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps an eye on a version that was just swapped in. If too many of its first answers are
 * failures, or its lane goes out of service, its rescue runs, once, on a thread of its own.
 * Thread-safe; costs one map lookup for each answer of a version that is not watched.
 */
public final class SwapGuard implements AnswerObserver, FaultObserver {

  /**
   * @param answers after which a version is trusted
   * @param failures among them that are one too many
   */
  public record Limits(int answers, int failures) {}

  private record Probation(AtomicInteger answers, AtomicInteger failures, Runnable rescue) {}

  private final Limits limits;
  private final ConcurrentMap<ModelId, Probation> watched = new ConcurrentHashMap<>();

  public SwapGuard(Limits limits) {
    this.limits = limits;
  }

  /** Watches {@code id} from here on, and no other version of its model. */
  void watch(ModelId id, Runnable rescue) {
    forget(id.name());
    watched.put(id, new Probation(new AtomicInteger(), new AtomicInteger(), rescue));
  }

  void forget(String name) {
    watched.keySet().removeIf(id -> id.name().equals(name));
  }

  @Override
  public void answered(ModelId id) {
    Probation probation = watched.get(id);
    if (probation != null) {
      count(id, probation);
    }
  }

  @Override
  public void failed(ModelId id) {
    Probation probation = watched.get(id);
    if (probation == null) {
      return;
    }
    if (probation.failures.incrementAndGet() == limits.failures && watched.remove(id, probation)) {
      new Thread(probation.rescue, "rescue-" + id).start();
    } else {
      count(id, probation);
    }
  }

  /** The lane of {@code id} answers nothing any more: there is nothing to wait for. */
  @Override
  public void faulted(ModelId id, LaneFault fault) {
    Probation probation = watched.get(id);
    if (probation != null && watched.remove(id, probation)) {
      new Thread(probation.rescue, "rescue-" + id).start();
    }
  }

  private void count(ModelId id, Probation probation) {
    if (probation.answers.incrementAndGet() >= limits.answers) {
      watched.remove(id, probation);
    }
  }
}
