package io.github.vanillanet.base.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A JPEG's frame header (SOF).
 *
 * @param components one per colour plane: 1, 3 or 4
 */
record JpegFrame(int width, int height, List<Component> components) {

  /** A colour plane: its name and its sampling relative to the others. */
  record Component(int id, int horizontal, int vertical) {}

  private static final int SOF0_BASELINE = 0xc0;
  private static final int SOF2_PROGRESSIVE = 0xc2;
  private static final int SOF9_ARITHMETIC = 0xc9;

  /** Whether a marker begins a frame header: C0 to CF but for DHT, JPG and DAC. */
  static boolean isBegunBy(int marker) {
    return marker >= SOF0_BASELINE
        && marker <= 0xcf
        && marker != 0xc4
        && marker != 0xc8
        && marker != 0xcc;
  }

  static JpegFrame read(int marker, ByteReader segment, PixelLimit limit) throws IOException {
    int precision = segment.u8();
    int height = segment.u16BigEndian();
    int width = segment.u16BigEndian();
    int count = segment.u8();
    limit.check(width, height);
    if (marker >= SOF9_ARITHMETIC) {
      throw new IOException("arithmetic coding is not decoded, expected Huffman coding");
    }
    if (marker > SOF2_PROGRESSIVE) {
      throw new IOException("lossless and hierarchical coding are not decoded");
    }
    if (precision != 8) {
      throw new IOException("it has %d-bit samples, expected 8-bit".formatted(precision));
    }
    if (count != 1 && count != 3 && count != 4) {
      throw new IOException("it has %d colour planes, expected 1, 3 or 4".formatted(count));
    }
    List<Component> components = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = segment.u8();
      int sampling = segment.u8();
      segment.skip(1); // quantisation table
      components.add(new Component(id, sampling >> 4, sampling & 15));
    }
    return new JpegFrame(width, height, List.copyOf(components));
  }

  /** Whether a plane is stored with all columns but half the rows, as the chroma of 4:4:0. */
  boolean halvesRowsOnly(int plane) {
    Component own = components.get(plane);
    int columns = components.stream().mapToInt(Component::horizontal).max().orElseThrow();
    int rows = components.stream().mapToInt(Component::vertical).max().orElseThrow();
    return own.horizontal() == columns && 2 * own.vertical() == rows;
  }

  /** Whether the planes are named 'R', 'G', 'B'. */
  boolean isNamedRgb() {
    return components.stream().map(Component::id).toList().equals(List.of(82, 71, 66));
  }

  /** Whether the planes are named 1, 2, 3, as JFIF asks. */
  boolean isNamedByNumber() {
    return components.stream().map(Component::id).toList().equals(List.of(1, 2, 3));
  }
}
