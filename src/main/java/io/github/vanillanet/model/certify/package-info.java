/**
 * Floor 4. The proof that an artifact computes what its source weights compute. May import {@code
 * error}, {@code checkpoint}, {@code image}, {@code network}, {@code engine}.
 */
package io.github.vanillanet.model.certify;
