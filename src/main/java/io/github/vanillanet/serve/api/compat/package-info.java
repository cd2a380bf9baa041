/**
 * Floor 8. What clients of older servers speak: KServe's first protocol and TorchServe's inference
 * API. May import {@code error}, {@code config}, {@code registry}, {@code serving}, {@code
 * rest.json}, {@code rest.problem}, {@code rest.call}.
 */
package io.github.vanillanet.serve.api.compat;
