/**
 * Load on a running service. {@code run.sh} beside the pom starts one and goes through all of it.
 * Times are held against each other only, never against a clock.
 */
package io.github.vanillanet.loadtest;
