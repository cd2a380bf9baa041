package io.github.vanillanet.model.repository;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Names of a model's classes, in the order of its logits. */
public final class Labels {

  private static final String IMAGENET = "/imagenet-labels.txt";
  private static final int IMAGENET_CLASSES = 1000;

  private Labels() {}

  /** ImageNet's labels for 1000 classes, otherwise {@code class 0}, {@code class 1}, … */
  public static List<String> standard(int classes) {
    return classes == IMAGENET_CLASSES
        ? imagenet()
        : IntStream.range(0, classes).mapToObj(index -> "class " + index).toList();
  }

  /**
   * Reads one label per line, UTF-8.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if there are not {@code classes} of them, or
   *     one is empty
   */
  static List<String> read(Path file, int classes) {
    List<String> labels;
    try {
      labels = Files.readAllLines(file).stream().map(String::strip).toList();
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "the labels %s cannot be read as UTF-8 text: %s", file, e);
    }
    if (labels.size() != classes || labels.contains("")) {
      throw BAD_CONFIGURATION.error(
          "%s: expected %d labels, one per line, found %d%s",
          file, classes, labels.size(), labels.contains("") ? ", some of them empty" : "");
    }
    return labels;
  }

  private static List<String> imagenet() {
    try (InputStream content = Labels.class.getResourceAsStream(IMAGENET)) {
      return read(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> read(InputStream content) throws IOException {
    return new String(content.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
  }
}
