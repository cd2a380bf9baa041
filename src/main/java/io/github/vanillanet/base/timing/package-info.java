/** Floor 0. Monotonic time and deadlines, with the clock passed in. Imports nothing. */
package io.github.vanillanet.base.timing;
