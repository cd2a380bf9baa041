package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A folder of labelled images: {@code root/train/CLASS/*} with {@code val/} or {@code test/} beside
 * it, or only {@code root/CLASS/*}. The same folder gives the same samples in the same order on
 * every file system.
 *
 * @param root absolute and real
 * @param classNames sorted, of every split, including those without images; the position is the
 *     label
 * @param training by class, then by file name
 * @param validation by class, then by file name
 * @param test content of {@code test/}, or empty if it serves for validation
 * @param findings problems, fatal ones first
 */
public record ImageFolder(
    Path root,
    List<String> classNames,
    List<Sample> training,
    List<Sample> validation,
    List<Sample> test,
    List<Finding> findings) {

  /**
   * Scans a folder. Opens every file once and decodes none. Problems are listed in {@link
   * #findings}; {@link #requireTrainable} fails if one is fatal.
   *
   * @throws ServiceException {@code BAD_DATASET} if the root is not a readable folder
   */
  public static ImageFolder scan(Path root, ValidationRule rule) {
    try {
      Path real = root.toRealPath();
      ClassFolders folders = new ClassFolders(real);
      Splits splits = read(real, folders, rule);
      splits.check(folders);
      List<String> classNames = splits.classNames();
      return new ImageFolder(
          real,
          classNames,
          samples(splits.training(), classNames),
          samples(splits.validation(), classNames),
          samples(splits.test(), classNames),
          folders.findings());
    } catch (IOException e) {
      throw BAD_DATASET.error(
          e, "the data folder %s cannot be read, expected a folder of class folders: %s", root, e);
    }
  }

  /**
   * Rejects a data set that cannot be used for training.
   *
   * @throws ServiceException {@code BAD_DATASET} with all fatal findings, if there are any
   */
  public void requireTrainable() {
    String fatal =
        findings.stream()
            .filter(finding -> finding.kind().fatal())
            .map(Finding::toString)
            .collect(Collectors.joining("; "));
    if (!fatal.isEmpty()) {
      throw BAD_DATASET.error(
          "the data set cannot be used for training (%d classes, %d training images): %s",
          classNames.size(), training.size(), fatal);
    }
  }

  private static Splits read(Path root, ClassFolders folders, ValidationRule rule)
      throws IOException {
    Splits splits = new Splits(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    boolean hasTrain = folders.has("train");
    splits.training().putAll(folders.read(hasTrain ? root.resolve("train") : root));
    if (hasTrain && folders.has("test")) {
      splits.test().putAll(folders.read(root.resolve("test")));
    }
    if (rule.source() == ValidationRule.Source.FOLDER_IF_PRESENT) {
      if (hasTrain && folders.has("val")) {
        splits.validation().putAll(folders.read(root.resolve("val")));
      } else {
        splits.validation().putAll(splits.test());
        splits.test().clear();
      }
    }
    if (splits.validation().isEmpty()) {
      splits.training().replaceAll((name, images) -> split(name, images, splits, rule));
    }
    return splits;
  }

  /** Moves some images of a class to validation and returns the others. */
  private static List<ScannedFile> split(
      String className, List<ScannedFile> images, Splits splits, ValidationRule rule) {
    Set<ScannedFile> chosen = rule.choose(images);
    splits.validation().put(className, images.stream().filter(chosen::contains).toList());
    return images.stream().filter(image -> !chosen.contains(image)).toList();
  }

  private static List<Sample> samples(
      SortedMap<String, List<ScannedFile>> images, List<String> classNames) {
    List<Sample> samples = new ArrayList<>();
    for (int label = 0; label < classNames.size(); label++) {
      for (ScannedFile image : images.getOrDefault(classNames.get(label), List.of())) {
        samples.add(new Sample(image.file(), label));
      }
    }
    return List.copyOf(samples);
  }
}
