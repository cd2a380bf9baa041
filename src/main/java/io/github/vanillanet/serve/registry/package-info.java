/**
 * The versions in service: loading and certifying, leases, swaps, rollbacks and faults. May import
 * {@code base}, {@code model}, {@code serve.metrics} and {@code serve.scheduler}.
 */
package io.github.vanillanet.serve.registry;
