package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A folder of labelled images in one of the layouts of {@link Layout}. The same folder gives the
 * same samples in the same order on every file system.
 *
 * @param root absolute and real
 * @param classNames the classes with training images, sorted; the position is the label
 * @param training by class, then by file name
 * @param validation by class, then by file name
 * @param test content of the test folder; only for the final measurement
 * @param findings problems, fatal ones first
 * @param dropped every file that is not used, with the reason
 * @param sources words on where each split comes from; a split without images is absent
 * @param sizes of all images that are used
 */
public record ImageFolder(
    Path root,
    List<String> classNames,
    List<Sample> training,
    List<Sample> validation,
    List<Sample> test,
    List<Finding> findings,
    List<Dropped> dropped,
    Map<Split, String> sources,
    ImageSizes sizes) {

  /**
   * Scans a folder: reads and decodes every file once. Problems are listed in {@link #findings};
   * {@link #requireTrainable} fails if one is fatal.
   *
   * @param threads that decode
   * @throws ServiceException {@code BAD_DATASET} if the root is not a readable folder
   */
  public static ImageFolder scan(
      Path root, ValidationRule rule, ImageDecoder decoder, int threads) {
    try {
      Path real = root.toRealPath();
      Findings findings = new Findings(real);
      Layout layout = Layout.read(real, findings);
      Map<Split, String> sources = new EnumMap<>(Split.class);
      sources.putAll(layout.sources());
      List<ListedFile> files = files(layout, rule, sources, findings);
      List<ScannedFile> scanned = new FileScan(decoder, threads).run(files);
      Map<Split, SortedMap<String, List<ScannedFile>>> kept = kept(scanned, findings);
      if (!kept.containsKey(Split.VALIDATION) && kept.containsKey(Split.TRAINING)) {
        split(kept, rule);
        sources.put(
            Split.VALIDATION,
            "%.0f %% of the training images of each class, %d at least but no more than a quarter, chosen with seed %d"
                .formatted(100 * rule.fraction(), rule.least(), rule.seed()));
      }
      new ClassCheck(scanned, kept, findings).run();
      return of(real, kept, sources, findings);
    } catch (IOException e) {
      throw BAD_DATASET.error(
          e, "the data folder %s cannot be read, expected a folder of class folders: %s", root, e);
    }
  }

  /** The files of the layout, without the validation folder if the rule does not use it. */
  private static List<ListedFile> files(
      Layout layout, ValidationRule rule, Map<Split, String> sources, Findings findings) {
    if (rule.source() == ValidationRule.Source.FOLDER_IF_PRESENT
        || !sources.containsKey(Split.VALIDATION)) {
      return layout.files();
    }
    findings.add(
        Finding.Kind.IGNORED_FOLDER,
        "%s, because validation_share is set".formatted(sources.remove(Split.VALIDATION)));
    return layout.files().stream().filter(file -> file.split() != Split.VALIDATION).toList();
  }

  private static Map<Split, SortedMap<String, List<ScannedFile>>> kept(
      List<ScannedFile> scanned, Findings findings) {
    List<ScannedFile> usable = new ArrayList<>();
    for (ScannedFile file : scanned) {
      file.problem()
          .ifPresentOrElse(
              problem -> findings.drop(file.listed().file(), problem.kind(), problem.reason()),
              () -> usable.add(file));
    }
    return Copies.removed(usable, findings).stream()
        .collect(
            Collectors.groupingBy(
                file -> file.listed().split(),
                () -> new EnumMap<>(Split.class),
                Collectors.groupingBy(
                    file -> file.listed().className(), TreeMap::new, Collectors.toList())));
  }

  /** Moves some images of each class from training to validation. */
  private static void split(
      Map<Split, SortedMap<String, List<ScannedFile>>> kept, ValidationRule rule) {
    SortedMap<String, List<ScannedFile>> validation = new TreeMap<>();
    kept.get(Split.TRAINING)
        .replaceAll(
            (name, images) -> {
              Set<ScannedFile> chosen = rule.choose(images);
              if (!chosen.isEmpty()) {
                validation.put(name, images.stream().filter(chosen::contains).toList());
              }
              return images.stream().filter(image -> !chosen.contains(image)).toList();
            });
    kept.put(Split.VALIDATION, validation);
  }

  private static ImageFolder of(
      Path root,
      Map<Split, SortedMap<String, List<ScannedFile>>> kept,
      Map<Split, String> sources,
      Findings findings) {
    SortedMap<String, List<ScannedFile>> none = new TreeMap<>();
    SortedMap<String, List<ScannedFile>> training = kept.getOrDefault(Split.TRAINING, none);
    List<String> classNames = List.copyOf(training.keySet());
    sources.keySet().retainAll(kept.keySet());
    return new ImageFolder(
        root,
        classNames,
        samples(training, classNames),
        samples(kept.getOrDefault(Split.VALIDATION, none), classNames),
        samples(kept.getOrDefault(Split.TEST, none), classNames),
        findings.all(),
        findings.dropped(),
        Map.copyOf(sources),
        ImageSizes.of(
            kept.values().stream()
                .flatMap(split -> split.values().stream())
                .flatMap(List::stream)
                .toList()));
  }

  private static List<Sample> samples(
      SortedMap<String, List<ScannedFile>> images, List<String> classNames) {
    List<Sample> samples = new ArrayList<>();
    for (int label = 0; label < classNames.size(); label++) {
      for (ScannedFile image : images.getOrDefault(classNames.get(label), List.of())) {
        samples.add(new Sample(image.listed().file(), label));
      }
    }
    return List.copyOf(samples);
  }

  /** The problems that stop a training. */
  public List<Finding> objections() {
    return findings.stream().filter(finding -> finding.kind().fatal()).toList();
  }

  /**
   * Rejects a data set that cannot be used for training.
   *
   * @throws ServiceException {@code BAD_DATASET} with all fatal findings, if there are any
   */
  public void requireTrainable() {
    if (!objections().isEmpty()) {
      throw BAD_DATASET.error(
          "the data set cannot be used for training: %s",
          objections().stream().map(Finding::toString).collect(Collectors.joining("; ")));
    }
  }
}
