package io.github.vanillanet.train.dataset;

import java.util.List;
import java.util.Locale;

/**
 * A problem of a data set.
 *
 * @param examples every occurrence, in scan order: files relative to the root with the reason, or
 *     words about a class or a folder
 */
public record Finding(Kind kind, List<String> examples) {

  private static final int SHOWN = 20;

  /** Kinds of problems. Fatal ones come first and stop a training. */
  public enum Kind {
    /** Neither class folders nor a table of labels. */
    UNKNOWN_LAYOUT(true),
    /** Class folders that contain only folders. */
    NESTED_CLASSES(true),
    NO_TRAINING_IMAGES(true),
    TOO_FEW_CLASSES(true),
    /** A class none of whose training files can be used, or less than half can be read. */
    UNUSABLE_CLASS(true),
    /** A class with validation or test images, but no training images. */
    CLASS_NOT_TRAINED(true),
    NO_VALIDATION_IMAGES(true),
    /** A class without validation images. Its accuracy is not measured. */
    CLASS_NOT_VALIDATED(false),
    /** A class folder without files. It is not a class. */
    EMPTY_CLASS(false),
    FEW_IMAGES(false),
    IMBALANCE(false),
    /** Equal files in two splits. Only one is kept: in test, otherwise in validation. */
    LEAKAGE(false),
    /** Equal files in several classes. None of them is used. */
    CONFLICTING_LABELS(false),
    /** Equal files in one class of one split. The first is used. */
    DUPLICATE(false),
    /** An image that is damaged, or a file that is empty or cannot be opened. */
    UNREADABLE_FILE(false),
    /** A file of another format. */
    NOT_AN_IMAGE(false),
    /** A file in the table of labels that does not exist. */
    MISSING_FILE(false),
    /** A file beside a table of labels that the table does not list. */
    NOT_LISTED(false),
    /** A link or a listed path to a place outside the root. It is not followed. */
    OUTSIDE_ROOT(false),
    /** A folder inside a class folder. It is not entered. */
    NESTED_FOLDER(false),
    /** A folder beside the splits. It is not entered. */
    IGNORED_FOLDER(false),
    /** A file beside the class folders. */
    STRAY_FILE(false),
    /** A file that starts with a dot, or that the operating system creates. */
    HIDDEN_FILE(false);

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

  public int count() {
    return examples.size();
  }

  /** Kind, count and every occurrence, in one line. */
  public String inFull() {
    return words(examples.size());
  }

  /** Kind, count and the first occurrences, in one line. */
  @Override
  public String toString() {
    return words(SHOWN);
  }

  private String words(int shown) {
    return "%s (%d): %s%s"
        .formatted(
            kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
            count(),
            String.join(", ", examples.subList(0, Math.min(shown, count()))),
            count() > shown ? ", ..." : "");
  }
}
