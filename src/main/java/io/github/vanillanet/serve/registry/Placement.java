package io.github.vanillanet.serve.registry;

import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.engine.Device;
import java.util.List;

/**
 * The devices that a version is loaded on, and its certificate there.
 *
 * @param devices each has the weights once
 * @param certificate the manifest's, or one made at load if the arithmetic differs from the
 *     published one; with several devices, the one with the largest difference
 */
public record Placement(List<Device> devices, Certificate certificate) {

  public Placement {
    devices = List.copyOf(devices);
  }

  /** {@code cpu}, {@code cuda:0} or {@code cuda:0,cuda:1}. */
  public String deviceNames() {
    return Device.names(devices);
  }
}
