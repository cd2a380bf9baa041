/**
 * Decides who may change the service: origins of requests, passwords, and the limit on failed
 * sign-ins. May import {@code base}.
 */
package io.github.vanillanet.serve.api.access;
