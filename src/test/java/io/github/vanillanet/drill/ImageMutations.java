package io.github.vanillanet.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.vanillanet.drill.ImageParts.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Mutated images of all formats, reproducible from a seed. Most keep their outer shape: lengths,
 * checksums and the compression of PNG fit the mutated content, so that the mutation reaches the
 * code behind the first checks. Not thread-safe.
 */
public final class ImageMutations {

  private static final List<String> FOLDERS = List.of("/oracle/preprocess/", "/odd-encodings/");
  private static final int MOST_MUTATIONS = 4;
  private static final int MOST_INFLATED_BYTES = 1 << 20;
  private static final byte[] EXTREMES = {0, 1, 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff};

  /** A mutated file and the name of the file that it was made of. */
  public record Mutation(String name, byte[] bytes) {}

  private record Original(String name, byte[] bytes) {}

  private final Random random;
  private final List<Original> originals = new ArrayList<>();

  public ImageMutations(long seed) {
    random = new Random(seed);
    for (String folder : FOLDERS) {
      JsonNode index = json(read(folder + "index.json"));
      for (JsonNode entry : index.isArray() ? index : index.get("images")) {
        String name = entry.get("image").asText();
        originals.add(new Original(name, read(folder + name)));
      }
    }
  }

  /** The next mutated image. */
  public Mutation next() {
    Original original = originals.get(random.nextInt(originals.size()));
    ImageParts format = ImageParts.of(original.name());
    List<Part> parts = format.split(original.bytes());
    boolean unshaped = parts.isEmpty() || random.nextInt(8) == 0;
    if (unshaped) {
      return new Mutation(original.name(), mutated(original.bytes()));
    }
    for (int i = 1 + random.nextInt(MOST_MUTATIONS); i > 0 && !parts.isEmpty(); i--) {
      mutate(format, parts);
    }
    return new Mutation(original.name(), format.join(parts));
  }

  private void mutate(ImageParts format, List<Part> parts) {
    int at = random.nextInt(parts.size());
    Part part = parts.get(at);
    switch (random.nextInt(8)) {
      case 0 -> parts.add(random.nextInt(parts.size() + 1), part);
      case 1 -> parts.addAll(at, Collections.nCopies(1 + random.nextInt(60), part));
      case 2 -> parts.remove(at);
      case 3 -> parts.set(at, parts.set(random.nextInt(parts.size()), part));
      case 4 -> parts.set(at, foreign(format, part));
      default -> parts.set(at, new Part(part.type(), body(part)));
    }
  }

  /** A part of another file of the same format. */
  private Part foreign(ImageParts format, Part otherwise) {
    Original other = originals.get(random.nextInt(originals.size()));
    if (ImageParts.of(other.name()) != format) {
      return otherwise;
    }
    List<Part> parts = format.split(other.bytes());
    return parts.isEmpty() ? otherwise : parts.get(random.nextInt(parts.size()));
  }

  private byte[] body(Part part) {
    boolean compressed = Arrays.equals(part.type(), "IDAT".getBytes(StandardCharsets.ISO_8859_1));
    return compressed && random.nextBoolean()
        ? deflate(mutated(inflate(part.body())))
        : mutated(part.body());
  }

  private byte[] mutated(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    byte[] changed = bytes.clone();
    int reach = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 64);
    switch (random.nextInt(6)) {
      case 0 -> changed = Arrays.copyOf(changed, random.nextInt(changed.length + 1));
      case 1 -> {
        int from = random.nextInt(changed.length);
        int length = random.nextInt(Math.min(256, changed.length - from) + 1);
        System.arraycopy(bytes, from, changed, random.nextInt(changed.length - length + 1), length);
      }
      case 2 -> {
        byte extreme = EXTREMES[random.nextInt(EXTREMES.length)];
        int from = random.nextInt(reach);
        Arrays.fill(changed, from, Math.min(changed.length, from + 1 + random.nextInt(4)), extreme);
      }
      case 3 -> changed[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
      case 4 -> changed = Arrays.copyOf(changed, changed.length + random.nextInt(300));
      default -> {
        for (int i = random.nextInt(8); i >= 0; i--) {
          changed[random.nextInt(reach)] = (byte) random.nextInt();
        }
      }
    }
    return changed;
  }

  private static byte[] inflate(byte[] data) {
    Inflater inflater = new Inflater();
    inflater.setInput(data);
    byte[] inflated = new byte[MOST_INFLATED_BYTES];
    try {
      return Arrays.copyOf(inflated, inflater.inflate(inflated));
    } catch (DataFormatException e) { // already mutated
      return data;
    } finally {
      inflater.end();
    }
  }

  private byte[] deflate(byte[] data) {
    Deflater deflater = new Deflater(random.nextInt(10));
    deflater.setInput(data);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[1 << 16];
    while (!deflater.finished()) {
      out.write(piece, 0, deflater.deflate(piece));
    }
    deflater.end();
    return out.toByteArray();
  }

  private static JsonNode json(byte[] text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(String resource) {
    try (InputStream in = ImageMutations.class.getResourceAsStream(resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
