package io.github.vanillanet.base.config;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code vanillanet.s3.*}, for a repository in a bucket. Credentials come from the usual places:
 * environment variables such as {@code AWS_ACCESS_KEY_ID}, a profile, a service account of
 * Kubernetes, or the machine.
 */
public interface BucketConfig {

  /** Address of a store with the interface of S3, such as MinIO. Default: Amazon's. */
  @WithConverter(Checked.Endpoint.class)
  Optional<URI> endpoint();

  /** Region of the bucket. Default: as the environment says, or any if there is an endpoint. */
  Optional<String> region();

  /** Folder for the copies of the models that are served. */
  @WithDefault("models-cache")
  Path cache();
}
