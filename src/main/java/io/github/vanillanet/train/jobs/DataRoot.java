package io.github.vanillanet.train.jobs;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The one folder that paths in requests are looked up in.
 *
 * @param folder need not exist yet; empty if nothing may be named by a path
 */
public record DataRoot(Optional<Path> folder) {

  /**
   * The real path of {@code requested}, symbolic links followed. Whether a path outside exists
   * cannot be told from the answer.
   *
   * @param member of the request, for the message
   * @throws ServiceException {@code INVALID_REQUEST} if there is no such path within the root
   */
  public Path resolve(String member, String requested) {
    Path root =
        folder.orElseThrow(
            () ->
                new ServiceException(
                    ErrorCode.INVALID_REQUEST,
                    member + ": paths are refused while vanillanet.training.data-root is not set"));
    try {
      Path real = root.toRealPath();
      Path found = real.resolve(requested).toRealPath();
      if (found.startsWith(real)) {
        return found;
      }
    } catch (IOException | InvalidPathException e) {
      // the same answer as for a path outside
    }
    throw new ServiceException(
        ErrorCode.INVALID_REQUEST,
        "%s: expected an existing path within the data root, found '%s'"
            .formatted(member, requested));
  }
}
