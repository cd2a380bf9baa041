package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a scan found, before training starts.
 *
 * @param classes how many class names there are, empty ones included
 * @param training images to train on
 * @param validation images to validate on
 * @param test images that neither training nor validation touches
 * @param findings what is wrong, gravest kind first; empty if nothing is
 */
public record DatasetReport(
    int classes, int training, int validation, int test, List<Finding> findings) {

  public DatasetReport {
    findings = List.copyOf(findings);
  }

  /**
   * @throws ServiceException {@code BAD_DATASET} naming every fatal finding, if there is one
   */
  public void requireTrainable() {
    String fatal =
        findings.stream()
            .filter(finding -> finding.kind().fatal())
            .map(Finding::toString)
            .collect(Collectors.joining("; "));
    if (!fatal.isEmpty()) {
      throw new ServiceException(
          ErrorCode.BAD_DATASET,
          "the data set cannot be trained on, of %d classes and %d training images: %s"
              .formatted(classes, training, fatal));
    }
  }
}
