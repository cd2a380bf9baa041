package io.github.vanillanet.train.experiment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * The VanillaNet-6 rows of the paper's tables 2 and 3. {@link #BOTH} is in both tables.
 *
 * @see <a href="https://arxiv.org/abs/2305.12972">VanillaNet, section 4.1</a>
 */
public enum Configuration {
  PLAIN("off", "off", "none", 59.58),
  DEEP("on", "off", "none", 60.53),
  SERIES("off", "3", "none", 75.23),
  BOTH("on", "3", "none", 76.36),
  SHORTCUT_BEFORE("on", "3", "before", 75.92),
  SHORTCUT_AFTER("on", "3", "after", 75.72);

  private final String deepTraining;
  private final String series;
  private final String shortcut;
  private final double published;

  Configuration(String deepTraining, String series, String shortcut, double published) {
    this.deepTraining = deepTraining;
    this.series = series;
    this.shortcut = shortcut;
    this.published = published;
  }

  /** The name of the configuration in files: {@code shortcut-before}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public String deepTraining() {
    return deepTraining;
  }

  /** The number n of the series activation; {@code off} for an ordinary activation. */
  public String series() {
    return series;
  }

  public String shortcut() {
    return shortcut;
  }

  /** Top-1 accuracy on ImageNet in per cent. */
  public double published() {
    return published;
  }

  /** Sets the members of a training request in which the configurations differ. */
  void applyTo(ObjectNode request) {
    request.put("deep_training", deepTraining);
    request.put("series", series);
    request.put("shortcut", shortcut);
  }
}
