/**
 * Floor 4. The queue and the threads in front of one model: every forward of the service goes
 * through a {@link io.github.vanillanet.serve.scheduler.Lane}, which also knows what its forwards
 * take. The lanes of a service take {@link io.github.vanillanet.serve.scheduler.Scheduler}. An open
 * lane is watched: every thread computes a probe now and then, and the first fault, of a probe or
 * of traffic, is the end of the lane.
 *
 * <p>May import {@code error}, {@code timing}, {@code metrics}, {@code engine}.
 */
package io.github.vanillanet.serve.scheduler;
