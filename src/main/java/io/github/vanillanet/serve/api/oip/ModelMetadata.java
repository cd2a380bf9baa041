package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.serve.registry.ServedModel;
import java.util.List;

/**
 * A model's inputs and outputs. A dimension of -1 varies.
 *
 * @param versions the version in service
 * @param platform in Triton's terms
 */
public record ModelMetadata(
    String name,
    List<String> versions,
    String platform,
    List<TensorMetadata> inputs,
    List<TensorMetadata> outputs) {

  static final String PLATFORM = "pytorch_torchscript";

  public record TensorMetadata(String name, String datatype, List<Long> shape) {}

  static ModelMetadata of(View view, ServedModel model) {
    Architecture net = model.manifest().architecture();
    List<Long> shape =
        view.takesImages()
            ? List.of(-1L, 1L)
            : List.of(-1L, 3L, (long) net.inputHeight(), (long) net.inputWidth());
    return new ModelMetadata(
        view.name(),
        List.of(Integer.toString(model.id().version())),
        PLATFORM,
        List.of(new TensorMetadata(view.input(), view.datatype(), shape)),
        List.of(
            new TensorMetadata(InferAnswer.LOGITS, "FP32", List.of(-1L, (long) net.classes()))));
  }
}
