package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The path of an archive's entry, split into names that are safe to create below a folder.
 *
 * @param names at least one, none of them empty, {@code .} or {@code ..}
 */
record EntryName(List<String> names) {

  private static final int MOST_NAMES = 8;
  private static final int LONGEST_NAME_BYTES = 255;

  EntryName {
    names = List.copyOf(names);
  }

  /**
   * @param raw as it stands in the archive; a folder's ends with a slash
   * @throws ServiceException {@code BAD_DATASET} if it could lead out of the folder it is unpacked
   *     to, or is not a plain relative path. Such an archive is not half-trusted: it is refused
   */
  static EntryName parse(String raw) {
    boolean drive = raw.length() > 1 && raw.charAt(1) == ':';
    if (raw.indexOf('\\') >= 0 || drive || raw.chars().anyMatch(Character::isISOControl)) {
      throw unsafe(raw);
    }
    String path = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
    List<String> names = List.of(path.split("/", -1));
    if (names.size() > MOST_NAMES) {
      throw unsafe(raw);
    }
    for (String name : names) {
      if (name.isEmpty()
          || name.equals(".")
          || name.equals("..")
          || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES) {
        throw unsafe(raw);
      }
    }
    return new EntryName(names);
  }

  /** Whether a name is hidden, or is macOS' folder of resource forks. */
  boolean hidden() {
    return names.stream().anyMatch(name -> name.startsWith(".") || name.equals("__MACOSX"));
  }

  private static ServiceException unsafe(String raw) {
    return new ServiceException(
        ErrorCode.BAD_DATASET,
        "the archive's entry \"%s\" is not a plain relative path with forward slashes"
            .formatted(raw.replaceAll("\\p{Cntrl}", "?")));
  }
}
