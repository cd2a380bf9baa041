package io.github.vanillanet.train.jobs;

import java.util.function.BooleanSupplier;

/** Brings versions that jobs have published into service. Thread-safe. */
public interface Installation {

  /**
   * Activates a version, which takes as long as loading a model.
   *
   * @param commit called once, right before the version becomes the active one on disk; nothing
   *     changes if it returns false
   * @return whether the version is active
   * @throws io.github.vanillanet.base.error.ServiceException if it cannot be loaded or activated
   */
  boolean activate(String model, int version, BooleanSupplier commit);

  /** Deletes a version that was never active, because its job was cancelled. */
  void delete(String model, int version);
}
