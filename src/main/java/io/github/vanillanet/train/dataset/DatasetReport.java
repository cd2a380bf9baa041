package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The result of a scan, before training starts.
 *
 * @param classes number of class names, including those without images
 * @param training number of training images
 * @param validation number of validation images
 * @param test number of images that are used for neither training nor validation
 * @param findings problems, fatal ones first
 */
public record DatasetReport(
    int classes, int training, int validation, int test, List<Finding> findings) {

  public DatasetReport {
    findings = List.copyOf(findings);
  }

  /**
   * @throws ServiceException {@code BAD_DATASET} listing all fatal findings, if there are any
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
          "the data set cannot be used for training (%d classes, %d training images): %s"
              .formatted(classes, training, fatal));
    }
  }
}
