package io.github.vanillanet.base.config;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where the models are: a folder, or {@code s3://BUCKET/PREFIX}.
 *
 * @param text as configured
 */
public record RepositoryLocation(String text) {

  private static final String SCHEME = "s3://";
  private static final Pattern BUCKET =
      Pattern.compile(SCHEME + "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/]+)*/?");

  public RepositoryLocation {
    if (text.isBlank() || text.contains("://") && !BUCKET.matcher(text).matches()) {
      throw new IllegalArgumentException("expected a folder or s3://BUCKET/PREFIX");
    }
  }

  public boolean isBucket() {
    return text.startsWith(SCHEME);
  }

  /** The name of the bucket. */
  public String bucket() {
    return text.substring(SCHEME.length()).split("/", 2)[0];
  }

  /** What the keys of the models begin with: empty, or it ends with a slash. */
  public String prefix() {
    String[] parts = text.substring(SCHEME.length()).split("/", 2);
    String prefix = parts.length == 1 ? "" : parts[1];
    return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
  }

  /** The folder on this machine: the repository, or the copy of the bucket. */
  public static Path folder(ServingConfig config) {
    return config.repository().isBucket()
        ? config.s3().cache()
        : Path.of(config.repository().text());
  }
}
