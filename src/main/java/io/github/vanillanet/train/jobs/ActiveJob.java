package io.github.vanillanet.train.jobs;

import java.util.concurrent.CompletableFuture;

/**
 * A job that runs.
 *
 * @param settled done when its end has been looked at and written down
 */
record ActiveJob(JobFolder folder, JobRun run, CompletableFuture<Void> settled) {}
