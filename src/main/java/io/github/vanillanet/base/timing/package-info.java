/** Monotonic time and deadlines, with an injected clock. Imports nothing of the project. */
package io.github.vanillanet.base.timing;
