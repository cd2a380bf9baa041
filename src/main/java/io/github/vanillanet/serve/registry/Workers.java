package io.github.vanillanet.serve.registry;

import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InstanceLoader;
import io.github.vanillanet.model.engine.ModelInstance;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.repository.ClassMeans;
import io.github.vanillanet.model.repository.StoredVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Loads the instances of a version, one per worker thread. */
record Workers(InstanceLoader engine, List<Device> devices, ModelLoader.Plan plan) {

  /**
   * The workers of each device, which share its weights. The first one owns them.
   *
   * @param checked whether each worker also gets the version in float32
   */
  List<WarmedInstance> load(
      ServedArtifact artifact, StoredVersion version, List<RgbImage> probes, boolean checked) {
    List<WarmedInstance> instances = new ArrayList<>();
    try {
      for (Device device : devices) {
        ModelInstance owner = instance(artifact, version, device);
        if (checked) {
          owner = withFloat32(owner, version, device);
        }
        for (int i = 0; i < plan.lanes(); i++) {
          ModelInstance instance = i == 0 ? owner : owner.forAnotherThread();
          instances.add(
              new WarmedInstance(instance, probes, plan.lane().batching(), plan.measuresBatches()));
        }
      }
      return instances;
    } catch (RuntimeException | Error e) {
      instances.forEach(WarmedInstance::close);
      throw e;
    }
  }

  private ModelInstance instance(ServedArtifact artifact, StoredVersion version, Device device) {
    Architecture net = version.manifest().architecture();
    Optional<ClassMeans> means = version.classMeans();
    ModelInstance loaded =
        engine.load(artifact.file(), device, net.inputHeight(), net.inputWidth());
    return means.<ModelInstance>map(it -> new DomainInstance(loaded, it)).orElse(loaded);
  }

  private ModelInstance withFloat32(ModelInstance reduced, StoredVersion version, Device device) {
    try (ServedArtifact published =
        ServedArtifact.of(version, List.of(device), Arithmetic.PUBLISHED)) {
      return new CheckedInstance(reduced, instance(published, version, device));
    } catch (RuntimeException | Error e) {
      reduced.close();
      throw e;
    }
  }
}
