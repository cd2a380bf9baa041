/** JSON of the service's own files and of requests. May import {@code base.error} and Jackson. */
package io.github.vanillanet.base.json;
