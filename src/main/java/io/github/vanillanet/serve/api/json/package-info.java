/**
 * Reads the JSON of requests in one pass, within limits, and reports the position of an error. May
 * import {@code base.error}.
 */
package io.github.vanillanet.serve.api.json;
