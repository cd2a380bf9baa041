package io.github.vanillanet.model.engine;

import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.DeployedModule;
import io.github.vanillanet.model.network.FeatureMap;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Layer;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The maps behind each series activation of a net, as the papers show them.
 *
 * @param name of the stage: {@code stem}, {@code stage 1} and so on
 * @param size rows and columns of each map
 * @param maps [channels, rows, columns], row-major
 */
public record StageMaps(String name, FeatureMap size, float[] maps) {

  /** Rows times columns. */
  public int area() {
    return size.height() * size.width();
  }

  public int channels() {
    return maps.length / area();
  }

  /**
   * Computes the maps of one image, with one net for each stage: the layers up to its end.
   *
   * @param artifact float32
   * @param pixels direct, uint8 [1, h, w, 3]
   */
  public static List<StageMaps> of(
      TorchRuntime runtime,
      Path artifact,
      Architecture architecture,
      Preprocessing preprocessing,
      ByteBuffer pixels)
      throws IOException {
    StateDict weights = ScriptWeights.read(artifact);
    List<Layer> layers = Network.of(architecture, Form.DEPLOYED).layers();
    int height = architecture.inputHeight();
    int width = architecture.inputWidth();
    List<FeatureMap> inputs = FeatureMap.inputs(layers, height, width);
    List<StageMaps> stages = new ArrayList<>();
    for (int end : ends(layers)) {
      List<Layer> body = new ArrayList<>(layers.subList(0, end));
      body.add(new Layer.GlobalAveragePool());
      Path file = TemporaryFiles.file("vanillanet-stage-", ".pt");
      try {
        DeployedModule.of(
                body, select(architecture, body, weights), preprocessing, Arithmetic.PUBLISHED)
            .write(file);
        int threads = Runtime.getRuntime().availableProcessors();
        try (TorchInstance net =
            TorchInstance.load(runtime, file, Device.CPU, height, width, threads)) {
          net.attachToThread();
          String name = stages.isEmpty() ? "stem" : "stage " + stages.size();
          float[] maps = net.forwardMaps(InputKind.IMAGES, pixels.duplicate(), 1).maps();
          stages.add(new StageMaps(name, inputs.get(end), maps));
        }
      } finally {
        Files.delete(file);
      }
    }
    return stages;
  }

  /** The layer after each activation, without which the net goes on or ends. */
  private static List<Integer> ends(List<Layer> layers) {
    List<Integer> ends = new ArrayList<>();
    for (int i = 1; i < layers.size(); i++) {
      boolean begins =
          layers.get(i) instanceof Layer.GlobalAveragePool
              || layers.get(i) instanceof Layer.Convolution conv && conv.groups() == 1;
      if (begins && ends.size() < stagesBefore(layers, i)) {
        ends.add(i);
      }
    }
    return ends;
  }

  /** Activations before a layer. */
  private static int stagesBefore(List<Layer> layers, int index) {
    return (int) layers.subList(0, index).stream().filter(Layer.Relu.class::isInstance).count();
  }

  private static StateDict select(
      Architecture architecture, List<Layer> layers, StateDict weights) {
    Map<String, HostTensor> selected = new LinkedHashMap<>();
    ParameterTable.of(new Network(architecture, Form.DEPLOYED, layers))
        .shapes()
        .keySet()
        .forEach(name -> selected.put(name, weights.get(name)));
    return new StateDict(selected);
  }
}
