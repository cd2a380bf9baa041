/**
 * Floor 1. Tensors and state dicts in host memory; reading official {@code .pth} files without
 * executing anything in them; writing the archives that torch reads. May import {@code error}.
 */
package io.github.vanillanet.checkpoint;
