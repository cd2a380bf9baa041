/** Floor 9. Start-up, readiness and wiring: the only place that knows all others. */
package io.github.vanillanet.app;
