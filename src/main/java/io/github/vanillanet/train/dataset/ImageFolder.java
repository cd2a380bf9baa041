package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A folder of labelled pictures: {@code root/train/CLASS/*} with {@code val/} or {@code test/}
 * beside it, or {@code root/CLASS/*} alone. The same folder gives the same samples in the same
 * order on every file system.
 *
 * @param root absolute and real
 * @param classNames sorted; the position is the label. Classes of every split, empty ones too
 * @param training by class, then by file name
 * @param validation by class, then by file name
 * @param test what {@code test/} holds where validation does not use it, else empty
 * @param report what the scan found
 */
public record ImageFolder(
    Path root,
    List<String> classNames,
    List<Sample> training,
    List<Sample> validation,
    List<Sample> test,
    DatasetReport report) {

  public ImageFolder {
    classNames = List.copyOf(classNames);
    training = List.copyOf(training);
    validation = List.copyOf(validation);
    test = List.copyOf(test);
  }

  /**
   * Scans a folder. Opens every file once, decodes none. What is wrong stands in {@link #report};
   * the caller asks it to {@link DatasetReport#requireTrainable}.
   *
   * @throws ServiceException {@code BAD_DATASET} if the root is not a folder that can be listed
   */
  public static ImageFolder scan(Path root, ValidationRule rule) {
    try {
      return scanReal(root.toRealPath(), rule);
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_DATASET,
          "expected a folder of class folders at %s, cannot read it: %s".formatted(root, e),
          e);
    }
  }

  private static ImageFolder scanReal(Path root, ValidationRule rule) throws IOException {
    Findings findings = new Findings();
    ClassFolders folders = new ClassFolders(root, findings);
    Splits splits = readSplits(root, folders, rule);
    SortedSet<String> names = new TreeSet<>(splits.training.keySet());
    names.addAll(splits.validation.keySet());
    names.addAll(splits.test.keySet());
    List<String> classNames = List.copyOf(names);
    new SplitCheck(folders, findings)
        .check(classNames, splits.training, splits.validation, splits.test);
    List<Sample> training = samples(splits.training, classNames);
    List<Sample> validation = samples(splits.validation, classNames);
    List<Sample> test = samples(splits.test, classNames);
    DatasetReport report =
        new DatasetReport(
            classNames.size(), training.size(), validation.size(), test.size(), findings.toList());
    return new ImageFolder(root, classNames, training, validation, test, report);
  }

  private static Splits readSplits(Path root, ClassFolders folders, ValidationRule rule)
      throws IOException {
    Splits splits = new Splits(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    boolean parted = folders.has("train");
    splits.training.putAll(folders.read(parted ? root.resolve("train") : root));
    if (parted && folders.has("test")) {
      splits.test.putAll(folders.read(root.resolve("test")));
    }
    if (rule.source() == ValidationRule.Source.FOLDER_IF_PRESENT) {
      if (parted && folders.has("val")) {
        splits.validation.putAll(folders.read(root.resolve("val")));
      } else {
        splits.validation.putAll(splits.test);
        splits.test.clear();
      }
    }
    if (splits.validation.isEmpty()) {
      splits.training.replaceAll(
          (name, images) -> {
            StratifiedSplit split = StratifiedSplit.of(images, rule.fraction(), rule.seed());
            splits.validation.put(name, split.validation());
            return split.training();
          });
    }
    return splits;
  }

  private static List<Sample> samples(
      SortedMap<String, List<ScannedFile>> images, List<String> classNames) {
    List<Sample> samples = new ArrayList<>();
    for (int label = 0; label < classNames.size(); label++) {
      for (ScannedFile image : images.getOrDefault(classNames.get(label), List.of())) {
        samples.add(new Sample(image.file(), label));
      }
    }
    return samples;
  }

  private record Splits(
      SortedMap<String, List<ScannedFile>> training,
      SortedMap<String, List<ScannedFile>> validation,
      SortedMap<String, List<ScannedFile>> test) {}
}
