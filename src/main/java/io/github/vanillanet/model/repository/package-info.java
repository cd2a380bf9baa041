/**
 * Model versions on disk: import, publish, open, list, delete.
 *
 * <p>May import base and the other packages of model.
 */
package io.github.vanillanet.model.repository;
