/**
 * Floor 7. Reading the JSON of requests in one pass, within bounds, refusing with a place. May
 * import {@code error}.
 */
package io.github.vanillanet.serve.api.json;
