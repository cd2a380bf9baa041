package io.github.vanillanet.serve.scheduler;

import io.github.vanillanet.base.timing.Deadline;
import java.time.Duration;

/**
 * What work was taken in with.
 *
 * @param deadline by which it must be done
 * @param given when, on the lane's ticker
 * @param likely until it is done, as it was expected then
 */
record Promise(Deadline deadline, long given, Duration likely) {}
