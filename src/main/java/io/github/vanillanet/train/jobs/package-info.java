/**
 * Floor 1. Long work outside this process: a queue of jobs, each a folder, and whatever runs them.
 *
 * <p>The service and the process that does a job's work talk through the files of {@link
 * io.github.vanillanet.train.jobs.JobFolder} and through nothing else, so it does not matter who
 * started that process, and both sides may be restarted. {@link
 * io.github.vanillanet.train.jobs.JobRunner} is the service's side, {@link
 * io.github.vanillanet.train.jobs.JobSession} the other one. May import {@code error}, Jackson and
 * the JDK.
 */
package io.github.vanillanet.train.jobs;
