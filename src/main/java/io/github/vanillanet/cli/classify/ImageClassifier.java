package io.github.vanillanet.cli.classify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.util.EnumSet;
import java.util.Set;

/** Classifies encoded images, in this process or by a service. Thread-safe. */
public interface ImageClassifier extends AutoCloseable {

  /** Failures that concern one image. After any other failure a run cannot continue. */
  Set<ErrorCode> OF_ONE_IMAGE =
      EnumSet.of(
          ErrorCode.TOO_LARGE,
          ErrorCode.UNSUPPORTED_IMAGE,
          ErrorCode.UNDECODABLE_IMAGE,
          ErrorCode.DEADLINE_EXCEEDED,
          ErrorCode.ENGINE_FAILURE);

  /**
   * Classifies one image. Blocks until the answer is ready.
   *
   * @return the answer of {@code POST /classify} to one image
   * @throws ServiceException with the code of the failure
   */
  ObjectNode classify(byte[] encoded);

  @Override
  void close();
}
