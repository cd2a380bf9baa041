package io.github.vanillanet.cli;

import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.StageMaps;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Channels of one stage side by side, in shades of gray. Each channel is scaled to its own range:
 * black is its smallest value, white its largest.
 */
final class ChannelSheet {

  private static final int SMALLEST_TILE = 96;
  private static final int GAP = 4;
  private static final byte BORDER = (byte) 128;

  private ChannelSheet() {}

  /** The channels with the largest standard deviation over the positions, strongest first. */
  static List<Integer> strongest(StageMaps stage, int count) {
    double[] strength =
        IntStream.range(0, stage.channels()).mapToDouble(i -> variance(stage, i)).toArray();
    return IntStream.range(0, stage.channels())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -strength[i]))
        .limit(count)
        .toList();
  }

  private static double variance(StageMaps stage, int channel) {
    double sum = 0;
    double squares = 0;
    for (int i = channel * stage.area(); i < (channel + 1) * stage.area(); i++) {
      sum += stage.maps()[i];
      squares += (double) stage.maps()[i] * stage.maps()[i];
    }
    double mean = sum / stage.area();
    return squares / stage.area() - mean * mean;
  }

  /** A sheet that is about as wide as high. */
  static RgbImage draw(StageMaps stage, List<Integer> channels) {
    int rows = stage.size().height();
    int columns = stage.size().width();
    int scale = Math.max(1, (SMALLEST_TILE + rows - 1) / rows);
    int across = (int) Math.ceil(Math.sqrt(channels.size()));
    int down = (channels.size() + across - 1) / across;
    int width = across * (columns * scale + GAP) + GAP;
    int height = down * (rows * scale + GAP) + GAP;
    byte[] rgb = new byte[3 * width * height];
    Arrays.fill(rgb, BORDER);
    for (int tile = 0; tile < channels.size(); tile++) {
      byte[] shades = shades(stage, channels.get(tile));
      int left = GAP + tile % across * (columns * scale + GAP);
      int top = GAP + tile / across * (rows * scale + GAP);
      for (int y = 0; y < rows * scale; y++) {
        for (int x = 0; x < columns * scale; x++) {
          int at = 3 * ((top + y) * width + left + x);
          Arrays.fill(rgb, at, at + 3, shades[y / scale * columns + x / scale]);
        }
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private static byte[] shades(StageMaps stage, int channel) {
    int from = channel * stage.area();
    float[] map = Arrays.copyOfRange(stage.maps(), from, from + stage.area());
    double least = IntStream.range(0, map.length).mapToDouble(i -> map[i]).min().orElseThrow();
    double most = IntStream.range(0, map.length).mapToDouble(i -> map[i]).max().orElseThrow();
    double range = Math.max(most - least, Double.MIN_NORMAL);
    byte[] shades = new byte[map.length];
    for (int i = 0; i < map.length; i++) {
      shades[i] = (byte) Math.round(255 * (map[i] - least) / range);
    }
    return shades;
  }
}
