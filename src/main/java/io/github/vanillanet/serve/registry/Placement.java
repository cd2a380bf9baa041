package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.engine.Device;
import java.util.List;

/**
 * Where and how a version is served.
 *
 * @param devices each holds the weights once
 * @param certificate of the artifact that is loaded: the manifest's, or one made at load when the
 *     service computes otherwise than the published artifact. Of several devices' the one with the
 *     largest difference.
 */
public record Placement(List<Device> devices, Certificate certificate) {

  public Placement {
    devices = List.copyOf(devices);
  }

  /** As in answers and logs: {@code cpu}, {@code cuda:0}, {@code cuda:0,cuda:1}. */
  public String deviceNames() {
    return Device.names(devices);
  }
}
