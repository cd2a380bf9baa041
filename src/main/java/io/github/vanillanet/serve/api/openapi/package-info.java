/**
 * What the OpenAPI document says beyond the annotations of the routes: failures, common parameters
 * and headers, examples. May import {@code base} and {@code serve.api.http}.
 */
package io.github.vanillanet.serve.api.openapi;
