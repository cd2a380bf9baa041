/**
 * The routes of the service's own API. May import {@code base}, {@code model}, {@code
 * serve.registry}, {@code serve.inference} and {@code serve.api.http}.
 */
package io.github.vanillanet.serve.api;
