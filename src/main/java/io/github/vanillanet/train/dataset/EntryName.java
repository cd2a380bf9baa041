package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;

import io.github.vanillanet.base.error.ServiceException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The path of an archive entry, split into names that can safely be created below a folder.
 *
 * @param names at least one; none is empty, {@code .} or {@code ..}
 */
record EntryName(List<String> names) {

  private static final int MAX_NAMES = 8;
  private static final int MAX_NAME_BYTES = 255;

  /**
   * @param raw as stored in the archive; the name of a folder ends with a slash
   * @throws ServiceException {@code BAD_DATASET} if the path is not plain and relative. The whole
   *     archive is then rejected
   */
  static EntryName parse(String raw) {
    boolean hasDrive = raw.length() > 1 && raw.charAt(1) == ':';
    String path = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
    List<String> names = List.of(path.split("/", -1));
    if (raw.indexOf('\\') >= 0
        || hasDrive
        || raw.chars().anyMatch(Character::isISOControl)
        || names.size() > MAX_NAMES
        || !names.stream().allMatch(EntryName::isSafe)) {
      throw BAD_DATASET.error(
          "the archive entry \"%s\" must be a relative path with forward slashes,"
              + " without '..'",
          raw.replaceAll("\\p{Cntrl}", "?"));
    }
    return new EntryName(names);
  }

  private static boolean isSafe(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_BYTES;
  }

  /** Whether a name is hidden, or is the folder of macOS resource forks. */
  boolean hidden() {
    return names.stream().anyMatch(name -> name.startsWith(".") || name.equals("__MACOSX"));
  }
}
