/**
 * Floor 4. The queue and the thread in front of one model instance: every forward of the service
 * goes through a {@link io.github.vanillanet.batching.Lane}. May import {@code error}, {@code
 * engine}.
 */
package io.github.vanillanet.batching;
