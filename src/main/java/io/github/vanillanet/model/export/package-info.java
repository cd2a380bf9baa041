/**
 * Versions in the formats of other programs: ONNX, safetensors, a state dict for PyTorch, and a
 * model repository for Triton. May import base and all other packages of model.
 */
package io.github.vanillanet.model.export;
