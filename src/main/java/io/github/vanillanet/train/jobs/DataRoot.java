package io.github.vanillanet.train.jobs;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folder that paths in requests are relative to.
 *
 * @param folder need not exist yet; if empty, requests cannot use paths
 */
public record DataRoot(Optional<Path> folder) {

  /**
   * The path of {@code requested} with all symbolic links followed. The answer does not reveal
   * whether a path outside the root exists.
   *
   * @param member of the request, for the message
   * @throws ServiceException {@code INVALID_REQUEST} if the root contains no such path
   */
  public Path resolve(String member, String requested) {
    Path root =
        folder.orElseThrow(
            () ->
                INVALID_REQUEST.error(
                    "%s: paths require the setting vanillanet.training.data-root", member));
    try {
      Path real = root.toRealPath();
      Path found = real.resolve(requested).toRealPath();
      if (found.startsWith(real)) {
        return found;
      }
    } catch (IOException | InvalidPathException e) {
      // answered like a path outside the root
    }
    throw INVALID_REQUEST.error(
        "%s: expected an existing path within the data root, found '%s'", member, requested);
  }
}
