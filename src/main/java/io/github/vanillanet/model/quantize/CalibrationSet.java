package io.github.vanillanet.model.quantize;

import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.certify.AnswerCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Images that calibrate a version, in two halves with the same share of each class. They are chosen
 * by a fixed seed: the same files give the same halves.
 *
 * @param ranges the first half
 * @param judgement the second half, as large or one image smaller or larger
 */
public record CalibrationSet(List<Example> ranges, List<Example> judgement) {

  /** More images change ranges and thresholds little. */
  static final int MOST_IMAGES = 2 * AnswerCertificate.LEAST_IMAGES;

  /** Largest share of one class among labelled images. */
  private static final double LARGEST_CLASS = 0.95;

  private static final long SEED = 1;
  private static final int CHUNK = 256; // files that are read at the same time

  /**
   * An image file.
   *
   * @param label index of its class; empty if it is not known
   */
  public record Example(Path file, OptionalInt label) {}

  public CalibrationSet {
    ranges = List.copyOf(ranges);
    judgement = List.copyOf(judgement);
  }

  /**
   * Chooses images of a folder and all folders in it. An image in a folder that is named as a label
   * has this label, in any case of letters. Files that are not images are ignored, and copies count
   * once.
   *
   * @param labels of the model, in the order of the logits
   * @throws ServiceException {@code BAD_DATASET} if the folder cannot be read, has too few images,
   *     or has images of one class only
   */
  public static CalibrationSet ofFolder(Path folder, List<String> labels, ImageDecoder decoder) {
    List<String> names = labels.stream().map(CalibrationSet::folded).toList();
    try {
      return of(
          FolderTree.list(folder.toRealPath()).stream()
              .filter(Files::isRegularFile)
              .map(file -> new Example(file, label(file, names)))
              .toList(),
          decoder);
    } catch (IOException e) {
      throw BAD_DATASET.error(
          e,
          "the calibration folder %s cannot be read, expected a folder of images: %s",
          folder,
          e);
    }
  }

  private static OptionalInt label(Path file, List<String> names) {
    int index = names.indexOf(folded(file.getParent().getFileName().toString()));
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
  }

  private static String folded(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Chooses images of a list. Files that cannot be decoded are ignored, and copies count once.
   *
   * @throws ServiceException {@code BAD_DATASET} if they are too few, or of one class only
   */
  public static CalibrationSet of(List<Example> candidates, ImageDecoder decoder) {
    requireEnough(candidates.size());
    List<Example> order = mixed(candidates);
    List<Example> chosen = new ArrayList<>();
    Set<String> digests = new HashSet<>();
    for (int from = 0; from < order.size() && chosen.size() < MOST_IMAGES; from += CHUNK) {
      List<Example> chunk = order.subList(from, Math.min(order.size(), from + CHUNK));
      List<String> read =
          chunk.parallelStream().map(example -> digest(example.file(), decoder)).toList();
      for (int i = 0; i < chunk.size() && chosen.size() < MOST_IMAGES; i++) {
        if (!read.get(i).isEmpty() && digests.add(read.get(i))) {
          chosen.add(chunk.get(i));
        }
      }
    }
    requireEnough(chosen.size());
    return halves(chosen);
  }

  private static void requireEnough(int images) {
    int least = AnswerCertificate.LEAST_IMAGES;
    if (images < least) {
      throw BAD_DATASET.error(
          "a calibration needs at least %d different images like those of the service, found %d:"
              + " %d are missing",
          least, images, least - images);
    }
  }

  /** The digest of an image file; empty if it is not an image. */
  private static String digest(Path file, ImageDecoder decoder) {
    try {
      decoder.decode(Files.readAllBytes(file));
      return Sha256.of(file);
    } catch (ServiceException | IOException e) {
      return "";
    }
  }

  /** An order in which every beginning has about the same share of each class. */
  private static List<Example> mixed(List<Example> examples) {
    record Placed(double place, Example example) {}
    List<Placed> placed = new ArrayList<>();
    for (List<Example> members : byClass(examples).values()) {
      List<Example> shuffled = new ArrayList<>(members);
      shuffled.sort(Comparator.comparing(Example::file));
      Collections.shuffle(shuffled, new Random(SEED));
      for (int i = 0; i < shuffled.size(); i++) {
        placed.add(new Placed((i + 0.5) / shuffled.size(), shuffled.get(i)));
      }
    }
    placed.sort(Comparator.comparingDouble(Placed::place)); // stable: equal places by class
    return placed.stream().map(Placed::example).toList();
  }

  private static Map<Integer, List<Example>> byClass(List<Example> examples) {
    return examples.stream()
        .collect(
            Collectors.groupingBy(
                example -> example.label().orElse(-1), TreeMap::new, Collectors.toList()));
  }

  private static CalibrationSet halves(List<Example> chosen) {
    List<List<Example>> halves = List.of(new ArrayList<>(), new ArrayList<>());
    int next = 0; // continues from class to class, so that the halves have the same size
    for (List<Example> members : byClass(chosen).values()) {
      for (Example example : members) {
        halves.get(next++ % 2).add(example);
      }
    }
    CalibrationSet set = new CalibrationSet(halves.get(0), halves.get(1));
    if (set.labelled()) {
      int[] labels = chosen.stream().mapToInt(example -> example.label().orElseThrow()).toArray();
      requireSeveralClasses(labels, LARGEST_CLASS, "add images of the other classes");
    }
    return set;
  }

  /**
   * @param classes of all images
   * @param largest share of one class, 0..1
   * @throws ServiceException {@code BAD_DATASET} if one class has a larger share
   */
  static void requireSeveralClasses(int[] classes, double largest, String remedy) {
    long most =
        IntStream.of(classes)
            .boxed()
            .collect(Collectors.groupingBy(it -> it, Collectors.counting()))
            .values()
            .stream()
            .max(Comparator.naturalOrder())
            .orElse(0L);
    if (most > largest * classes.length) {
      throw BAD_DATASET.error(
          "a calibration needs images of several classes: one class has %d of %d images, expected"
              + " at most %.0f %%; %s",
          most, classes.length, 100 * largest, remedy);
    }
  }

  /** Whether the classes of all images are known. */
  boolean labelled() {
    return all().allMatch(example -> example.label().isPresent());
  }

  Stream<Example> all() {
    return Stream.concat(ranges.stream(), judgement.stream());
  }
}
