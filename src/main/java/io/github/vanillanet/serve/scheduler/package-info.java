/**
 * The queue and worker threads of each model. Every forward goes through a {@link
 * io.github.vanillanet.serve.scheduler.Lane}; all lanes of a service share one {@link
 * io.github.vanillanet.serve.scheduler.Scheduler}. May import {@code base}, {@code model.engine}
 * and {@code serve.metrics}.
 */
package io.github.vanillanet.serve.scheduler;
