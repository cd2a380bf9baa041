package io.github.vanillanet.train.jobs;

/** Brings what a job has published into service. */
@FunctionalInterface
public interface Installation {

  /**
   * Called once a job has published; again after a restart of the service, if that came between.
   *
   * @throws io.github.vanillanet.base.error.ServiceException if the version cannot be served
   */
  void install(String model, int version);
}
