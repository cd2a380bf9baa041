package io.github.vanillanet.train.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.vanillanet.base.image.ImageDecoder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** A folder of generated photos, and what a scan of it finds. */
record PhotoFolder(Path root) {

  static final ValidationRule FOLDERS =
      new ValidationRule(ValidationRule.Source.FOLDER_IF_PRESENT, 0.2, 1, 7);

  Path photo(String name, long seed) {
    return Pictures.write(root.resolve(name), seed);
  }

  void file(String name, byte[] content) {
    Pictures.write(root.resolve(name), content);
  }

  void text(String name, String content) {
    file(name, content.getBytes(UTF_8));
  }

  /** Writes {@code count} photos with consecutive seeds. */
  void fill(String folder, int count, long firstSeed) {
    for (int i = 0; i < count; i++) {
      photo("%s/%04d.png".formatted(folder, i), firstSeed + i);
    }
  }

  ImageFolder scan() {
    return scan(FOLDERS);
  }

  ImageFolder scan(ValidationRule rule) {
    return ImageFolder.scan(root, rule, new ImageDecoder(1_000_000), 2);
  }

  static Finding finding(ImageFolder folder, Finding.Kind kind) {
    return folder.findings().stream()
        .filter(found -> found.kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  static List<Sample> all(ImageFolder folder) {
    return Stream.of(folder.training(), folder.validation(), folder.test())
        .flatMap(Collection::stream)
        .toList();
  }

  static List<String> names(ImageFolder folder, List<Sample> samples) {
    return samples.stream()
        .map(sample -> folder.root().relativize(sample.file()).toString())
        .toList();
  }

  static List<Finding.Kind> kinds(ImageFolder folder) {
    return folder.findings().stream().map(Finding::kind).toList();
  }
}
