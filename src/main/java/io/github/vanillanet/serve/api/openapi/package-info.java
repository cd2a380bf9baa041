/**
 * Adds failures, common parameters, headers and examples to the OpenAPI document. May import {@code
 * base} and {@code serve.api.http}.
 */
package io.github.vanillanet.serve.api.openapi;
