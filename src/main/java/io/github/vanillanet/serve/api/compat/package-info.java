/**
 * KServe's protocol V1 and TorchServe's inference API. May import {@code base}, {@code
 * serve.registry}, {@code serve.inference}, {@code serve.api.http} and {@code serve.api.json}.
 */
package io.github.vanillanet.serve.api.compat;
