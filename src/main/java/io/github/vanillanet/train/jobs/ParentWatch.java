package io.github.vanillanet.train.jobs;

import java.util.Optional;

/**
 * Detects the end of the service that started a job's process. Cheap enough for each step.
 * Thread-safe.
 *
 * @param parent the service; empty if no service on this machine started the process
 * @param direct whether the service is the parent process of this process
 */
record ParentWatch(Optional<ProcessIdentity> parent, boolean direct) {

  ParentWatch(Optional<ProcessIdentity> parent) {
    this(parent, parent.isPresent() && parentPid() == parent.get().pid());
  }

  boolean isAlive() {
    if (parent.isEmpty()) {
      return true;
    }
    // A zombie parent looks alive, but its children already have another parent.
    boolean orphan = direct && parentPid() != parent.get().pid();
    return !orphan && parent.get().find().isPresent();
  }

  private static long parentPid() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
  }
}
