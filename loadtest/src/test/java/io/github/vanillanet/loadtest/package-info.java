/**
 * Load test of a running service. {@code loadtest/run.sh} starts the service and runs all parts.
 * Goals are ratios of times, never absolute times.
 */
package io.github.vanillanet.loadtest;
