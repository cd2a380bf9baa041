/** Floor 7. One status table and its two renderings. May import {@code error}. */
package io.github.vanillanet.serve.api.problem;
