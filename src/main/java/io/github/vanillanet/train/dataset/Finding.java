package io.github.vanillanet.train.dataset;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A problem of a data set.
 *
 * @param count number of occurrences
 * @param examples the first few, in scan order: paths relative to the root, or class names
 */
public record Finding(Kind kind, int count, List<String> examples) {

  private static final int MAX_EXAMPLES = 20;

  /** Kinds of problems, fatal ones first. */
  public enum Kind {
    TOO_FEW_CLASSES(true),
    NO_TRAINING_IMAGES(true),
    NO_VALIDATION_IMAGES(false),
    /** A class folder without images. It keeps its label but is never trained. */
    EMPTY_CLASS(false),
    /** A class with images either for training or for validation, but not for both. */
    CLASS_IN_ONE_SPLIT(false),
    /** Equal files for training and for validation or test. The accuracy will be too high. */
    DUPLICATE_ACROSS_SPLITS(false),
    /** A file that is empty or cannot be opened. It is skipped. */
    UNREADABLE_FILE(false),
    /** A file whose first bytes are of no known image format. It is skipped. */
    NOT_AN_IMAGE(false),
    /** A link to a place outside the root. It is not followed. */
    OUTSIDE_ROOT(false),
    /** A folder inside a class folder. It is not entered. */
    NESTED_FOLDER(false);

    private final boolean fatal;

    Kind(boolean fatal) {
      this.fatal = fatal;
    }

    public boolean fatal() {
      return fatal;
    }
  }

  public Finding {
    examples = List.copyOf(examples);
  }

  /** This finding with the occurrences of {@code other}, of the same kind. */
  Finding plus(Finding other) {
    List<String> first =
        Stream.concat(examples.stream(), other.examples.stream()).limit(MAX_EXAMPLES).toList();
    return new Finding(kind, count + other.count, first);
  }

  @Override
  public String toString() {
    return "%s (%d): %s%s"
        .formatted(
            kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            count,
            String.join(", ", examples),
            count > examples.size() ? ", ..." : "");
  }
}
