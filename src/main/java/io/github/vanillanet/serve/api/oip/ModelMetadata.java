package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.MapGeometry;
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

  private static List<TensorMetadata> outputs(ServedModel model, long classes) {
    TensorMetadata logits = new TensorMetadata(InferAnswer.LOGITS, "FP32", List.of(-1L, classes));
    if (!model.hasMaps()) {
      return List.of(logits);
    }
    MapGeometry maps = MapGeometry.of(model.manifest().architecture());
    long channels = maps.channels();
    long rows = maps.size().height();
    long columns = maps.size().width();
    return List.of(
        logits,
        new TensorMetadata(InferAnswer.FEATURES, "FP32", List.of(-1L, channels)),
        new TensorMetadata(InferAnswer.MAPS, "FP32", List.of(-1L, classes, rows, columns)));
  }

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
        outputs(model, net.classes()));
  }
}
