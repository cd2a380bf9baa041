package io.github.vanillanet.model.export;

/** The formats of an exported version. */
public enum ExportFormat {
  /** A graph with its weights. */
  ONNX,
  /** Weights of the deployed form. */
  SAFETENSORS,
  /** Weights of the deployed form, as {@code torch.save} writes them. */
  PTH
}
