/**
 * The door of the service: what happens to every request before its route is called, and how every
 * failure is answered. {@link io.github.vanillanet.serve.api.http.Api} lists the APIs, {@link
 * io.github.vanillanet.serve.api.http.Door} the filters. May import {@code base}, {@code
 * serve.metrics}, {@code serve.registry} and {@code serve.inference}.
 */
package io.github.vanillanet.serve.api.http;
