/** Start-up, shutdown and the construction of all objects. May import every other package. */
package io.github.vanillanet.app;
