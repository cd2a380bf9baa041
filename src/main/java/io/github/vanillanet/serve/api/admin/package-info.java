/**
 * Floor 8. The operator's HTTP API: trainings and versions; all of it needs the role {@code admin}.
 * May import {@code error}, {@code config}, {@code network}, {@code jobs}, {@code registry}, {@code
 * rest.problem}.
 */
package io.github.vanillanet.serve.api.admin;
