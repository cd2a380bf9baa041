package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.network.FeatureMap;
import io.github.vanillanet.model.network.MapGeometry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why a model gives its answer to one image. VanillaNet ends in an average pool and a 1×1
 * convolution, so each logit is exactly the mean of the class's map, plus its bias.
 *
 * @param trained false if the weights are from a seed and the maps mean nothing
 * @param input height and width of the model's input in pixels
 * @param grid rows and columns of each map
 * @param meanMap the mean of the maps of all classes [rows][columns]; softmax ignores it, so a map
 *     minus this one is what changes a probability
 * @param classes those of the predictions, best first, or the requested one
 */
public record Explanation(
    String model,
    int version,
    boolean trained,
    List<Integer> input,
    List<Integer> grid,
    float[][] meanMap,
    List<OfClass> classes) {

  /**
   * The evidence for one class.
   *
   * @param index of the class in the logits
   * @param logit the mean of {@code map} plus {@code bias}, except for rounding
   * @param map [rows][columns]; row 0 is the top
   * @param cellBox height and width in input pixels that one position stands for
   * @param receptiveField height and width in input pixels that can change one position
   */
  public record OfClass(
      int index,
      String label,
      double probability,
      float logit,
      float bias,
      float[][] map,
      List<Integer> cellBox,
      List<Integer> receptiveField) {}

  /**
   * @param inference with maps
   * @param only the class to explain; empty for the predictions that the call requests
   */
  public static Explanation of(Inference inference, int sample, OptionalInt only, Call call) {
    ClassMaps maps = inference.maps().orElseThrow();
    MapGeometry geometry = maps.geometry();
    int columns = geometry.size().width();
    List<OfClass> classes = new ArrayList<>();
    List<Prediction> predictions =
        only.isPresent()
            ? inference.top(sample, inference.labels().size())
            : inference.top(sample, call);
    for (Prediction prediction : predictions) {
      int index = prediction.index();
      if (only.isEmpty() || only.getAsInt() == index) {
        classes.add(
            new OfClass(
                index,
                prediction.label(),
                prediction.probability(),
                inference.logits()[sample * inference.labels().size() + index],
                maps.bias(index),
                rows(maps.evidence(sample, index), columns),
                pixels(geometry.cell()),
                pixels(geometry.receptiveField())));
      }
    }
    return new Explanation(
        inference.model(),
        inference.version(),
        inference.trained(),
        pixels(geometry.input()),
        pixels(geometry.size()),
        rows(maps.meanEvidence(sample), columns),
        classes);
  }

  /**
   * The map of a class minus the mean map: what softmax makes of the evidence.
   *
   * @param position of the class in {@code classes}
   * @return [rows][columns]
   */
  public float[][] centred(int position) {
    float[][] centred = new float[meanMap.length][meanMap[0].length];
    for (int row = 0; row < centred.length; row++) {
      for (int column = 0; column < centred[row].length; column++) {
        centred[row][column] = classes.get(position).map()[row][column] - meanMap[row][column];
      }
    }
    return centred;
  }

  /**
   * The class that a text names: an index, or a label.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if there is no such class
   */
  public static OptionalInt classOf(Optional<String> text, List<String> labels) {
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    int index = labels.indexOf(text.get());
    if (index < 0 && text.get().matches("[0-9]{1,9}")) {
      index = Integer.parseInt(text.get());
    }
    if (index < 0 || index >= labels.size()) {
      throw INVALID_REQUEST.error(
          "class: expected a label, or an index from 0 to %d, got '%s'",
          labels.size() - 1, text.get());
    }
    return OptionalInt.of(index);
  }

  private static List<Integer> pixels(FeatureMap size) {
    return List.of(size.height(), size.width());
  }

  private static float[][] rows(float[] map, int columns) {
    float[][] rows = new float[map.length / columns][columns];
    for (int i = 0; i < map.length; i++) {
      rows[i / columns][i % columns] = map[i];
    }
    return rows;
  }
}
