package io.github.vanillanet.train.jobs;

import java.util.Optional;

/**
 * A job's process looks here whether the service that started it is still there. Cheap enough to
 * ask at every step; thread-safe.
 */
public final class ParentWatch {

  private final Optional<ProcessIdentity> parent;
  private final boolean direct;

  /**
   * @param parent the service; empty if something else than a service on this machine started the
   *     job: then it is never missed
   */
  ParentWatch(Optional<ProcessIdentity> parent) {
    this.parent = parent;
    this.direct = parent.isPresent() && ownParent() == parent.get().pid();
  }

  /** False once the service is gone. */
  public boolean parentAlive() {
    if (parent.isEmpty()) {
      return true;
    }
    // A dead parent that nobody has reaped still looks alive, but has lost its children already.
    if (direct && ownParent() != parent.get().pid()) {
      return false;
    }
    return parent.get().find().isPresent();
  }

  private static long ownParent() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
  }
}
