/**
 * Jobs that run for hours in processes of their own. Each job is a folder. {@link
 * io.github.vanillanet.train.jobs.JobRunner} is the queue in the service, {@link
 * io.github.vanillanet.train.jobs.JobSession} the view of a job's process. Both exchange all
 * information through the files of {@link io.github.vanillanet.train.jobs.JobFolder}, so either can
 * be restarted, and any {@link io.github.vanillanet.train.jobs.JobExecutor} can start the process.
 * May import {@code base}, Jackson and Micrometer.
 */
package io.github.vanillanet.train.jobs;
