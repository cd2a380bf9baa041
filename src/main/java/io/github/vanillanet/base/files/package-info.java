/** Files that survive a crash, and folder trees. Imports nothing of the project. */
package io.github.vanillanet.base.files;
