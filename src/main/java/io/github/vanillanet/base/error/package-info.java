/** The failures of this project. Imports nothing of the project. */
package io.github.vanillanet.base.error;
