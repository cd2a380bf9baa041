/**
 * Floor 0. What the service measures of itself: every meter and every metric name is here, one
 * method for each event. Imports nothing of the project.
 */
package io.github.vanillanet.serve.metrics;
