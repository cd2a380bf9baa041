package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.serve.scheduler.LaneFault;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The faults that only a new process cures. They stay when their version is swapped out: a device
 * that is lost, or a thread that hangs, stays so. Thread-safe.
 */
public final class StickyFaults implements FaultObserver {

  private final ConcurrentMap<ModelId, LaneFault> found = new ConcurrentHashMap<>();

  @Override
  public void faulted(ModelId id, LaneFault fault) {
    if (fault.sticky()) {
      found.putIfAbsent(id, fault);
    }
  }

  public Map<ModelId, LaneFault> found() {
    return Map.copyOf(found);
  }
}
