/**
 * The metrics of serving, one method for each event. {@link
 * io.github.vanillanet.serve.metrics.Metric} has all names. Imports nothing of the project.
 */
package io.github.vanillanet.serve.metrics;
