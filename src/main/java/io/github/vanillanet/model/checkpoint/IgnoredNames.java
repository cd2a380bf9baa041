package io.github.vanillanet.model.checkpoint;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of tensors that an import leaves out if they are not part of the net. The counters of
 * profilers and of averaging, and the parameters of losses, are among them. Not thread-safe.
 *
 * <p>A regular expression may need exponential time. The characters that it reads are counted, and
 * the import ends with an error when they are too many.
 */
public final class IgnoredNames implements Predicate<String> {

  private static final Pattern USUAL =
      Pattern.compile(
          "(^|\\.)(total_ops|total_params|n_averaged)$"
              + "|^steps$|^(criterion|criteria|loss|losses|loss_fn|loss_func|optimizer)(\\.|$)");

  private static final long MOST_READS = 50_000_000;

  private final Optional<Pattern> further;
  private long reads;

  /**
   * @param further is searched in each name, beside the usual ones
   */
  public IgnoredNames(Optional<Pattern> further) {
    this.further = further;
  }

  /**
   * @throws io.github.vanillanet.base.error.ServiceException {@code BAD_CONFIGURATION} if the
   *     regular expression needs too much time
   */
  @Override
  public boolean test(String name) {
    return List.of(Optional.of(USUAL), further).stream()
        .flatMap(Optional::stream)
        .anyMatch(pattern -> find(pattern, name));
  }

  private boolean find(Pattern pattern, String name) {
    Matcher matcher = pattern.matcher(new CountedText(name, 0, name.length()));
    try {
      return matcher.find();
    } catch (StackOverflowError e) {
      throw tooSlow(pattern);
    }
  }

  private RuntimeException tooSlow(Pattern pattern) {
    return BAD_CONFIGURATION.error(
        "the regular expression %s needs too many steps on the file's names; expected one without"
            + " nested repetitions",
        Rejection.quote(pattern.pattern()));
  }

  /** Text whose reads are counted. */
  private final class CountedText implements CharSequence {

    private final String text;
    private final int from;
    private final int to;

    CountedText(String text, int from, int to) {
      this.text = text;
      this.from = from;
      this.to = to;
    }

    @Override
    public int length() {
      return to - from;
    }

    @Override
    public char charAt(int index) {
      if (++reads > MOST_READS) {
        throw tooSlow(further.orElse(USUAL));
      }
      return text.charAt(from + index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new CountedText(text, from + start, from + end);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }
}
