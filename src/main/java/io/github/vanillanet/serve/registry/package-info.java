/**
 * Floor 5. Models on disk and models in service: publishing, opening, loading, leasing, swapping,
 * rolling back. May import {@code error}, {@code metrics}, {@code image}, {@code network}, {@code
 * engine}, {@code certify}, {@code batching}.
 */
package io.github.vanillanet.serve.registry;
