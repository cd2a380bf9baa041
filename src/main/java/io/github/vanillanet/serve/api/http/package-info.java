/**
 * Processes every request before its route is called, and answers every failure. {@link
 * io.github.vanillanet.serve.api.http.Api} lists the APIs, {@link
 * io.github.vanillanet.serve.api.http.HttpFilters} the filters. May import {@code base}, {@code
 * serve.metrics}, {@code serve.registry} and {@code serve.inference}.
 */
package io.github.vanillanet.serve.api.http;
