package io.github.vanillanet.app;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.File;
import java.nio.file.Path;
import java.util.Optional;

/** The jar that this service was started from. */
final class ServiceJar {

  private ServiceJar() {}

  /**
   * @param configured instead, if somebody knows better
   * @throws ServiceException {@code BAD_CONFIGURATION} if it was not started from one jar
   */
  static Path find(Optional<Path> configured) {
    if (configured.isPresent()) {
      return configured.get().toAbsolutePath();
    }
    String classPath = System.getProperty("java.class.path");
    if (!classPath.endsWith(".jar") || classPath.contains(File.pathSeparator)) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "the service was not started from its jar; vanillanet.training.jar must name one");
    }
    return Path.of(classPath).toAbsolutePath();
  }
}
