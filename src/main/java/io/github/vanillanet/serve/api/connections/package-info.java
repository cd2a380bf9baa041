/**
 * Limits connections before HTTP requests exist: their number, the time for a head, unanswered
 * requests, and answers that clients do not read. May import {@code base} and {@code
 * serve.metrics}.
 */
package io.github.vanillanet.serve.api.connections;
