package io.github.vanillanet.base.config;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** {@code vanillanet.grpc.*}, a part of {@link ServingConfig}. */
public interface GrpcConfig {

  /** Whether the Open Inference Protocol is also served over gRPC. */
  @WithDefault("false")
  @WithConverter(Checked.Flag.class)
  boolean enabled();

  /** Port of gRPC; 0 for any free one. */
  @WithDefault("8001")
  @WithConverter(Checked.Port.class)
  int port();
}
