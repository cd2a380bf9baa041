package io.github.vanillanet.train.dataset;

import java.util.List;
import java.util.Locale;

/**
 * One kind of thing wrong with a data set.
 *
 * @param count how often it was found
 * @param examples the first few, in scan order, as paths relative to the root or as class names
 */
public record Finding(Kind kind, int count, List<String> examples) {

  /** What can be wrong. */
  public enum Kind {
    /** Fewer than two classes have images. */
    TOO_FEW_CLASSES(true),
    NO_TRAINING_IMAGES(true),
    NO_VALIDATION_IMAGES(false),
    /** A class folder without one image; it keeps its index and is never learnt. */
    EMPTY_CLASS(false),
    /** A class with images for training or for validation, not for both. */
    CLASS_IN_ONE_SPLIT(false),
    /** The same bytes for training and for validation or test: accuracy will flatter. */
    DUPLICATE_ACROSS_SPLITS(false),
    /** A file that cannot be opened or is empty; it is left out. */
    UNREADABLE_FILE(false),
    /** A file whose first bytes are of no known image format; it is left out. */
    NOT_AN_IMAGE(false),
    /** A link that leads out of the root; it is not followed. */
    OUTSIDE_ROOT(false),
    /** A folder inside a class folder; it is not entered. */
    NESTED_FOLDER(false);

    private final boolean fatal;

    Kind(boolean fatal) {
      this.fatal = fatal;
    }

    /** Whether training cannot begin. */
    public boolean fatal() {
      return fatal;
    }
  }

  public Finding {
    examples = List.copyOf(examples);
  }

  /** One line for a person. */
  @Override
  public String toString() {
    String more = count > examples.size() ? ", ..." : "";
    return "%s (%d): %s%s"
        .formatted(
            kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            count,
            String.join(", ", examples),
            more);
  }
}
