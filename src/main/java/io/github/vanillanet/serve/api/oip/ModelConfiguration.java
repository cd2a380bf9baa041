package io.github.vanillanet.serve.api.oip;

import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.serve.registry.ServedModel;
import java.util.List;

/**
 * The part of Triton's model configuration that clients read. Dimensions do not include the batch.
 *
 * @param maxBatchSize images of one request that fit into an empty queue
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_configuration.md">the
 *     model configuration extension</a>
 */
public record ModelConfiguration(
    String name,
    String platform,
    String backend,
    int maxBatchSize,
    List<Input> input,
    List<Output> output) {

  public record Input(String name, String dataType, String format, List<Long> dims) {}

  /**
   * @param labelFilename file with the names of the classes, which the second dimension counts
   */
  public record Output(String name, String dataType, List<Long> dims, String labelFilename) {

    private static Output of(ModelMetadata.TensorMetadata output) {
      List<Long> shape = output.shape();
      String labels = output.name().equals(InferAnswer.FEATURES) ? "" : StoredVersion.LABELS;
      return new Output(output.name(), "TYPE_FP32", shape.subList(1, shape.size()), labels);
    }
  }

  static ModelConfiguration of(View view, ServedModel model, int maxBatchSize) {
    Architecture net = model.manifest().architecture();
    Input input =
        view.takesImages()
            ? new Input(view.input(), "TYPE_STRING", "FORMAT_NONE", List.of(1L))
            : new Input(
                view.input(),
                "TYPE_FP32",
                "FORMAT_NCHW",
                List.of(3L, (long) net.inputHeight(), (long) net.inputWidth()));
    return new ModelConfiguration(
        view.name(),
        ModelMetadata.PLATFORM,
        "pytorch",
        maxBatchSize,
        List.of(input),
        ModelMetadata.of(view, model).outputs().stream().map(Output::of).toList());
  }
}
