package io.github.vanillanet.app;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.DeviceChoice;
import io.github.vanillanet.model.engine.DeviceMemory;
import io.github.vanillanet.model.engine.InstanceLoader;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelPublisher;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.SeededModel;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.registry.LanePlan;
import io.github.vanillanet.serve.registry.ModelLoader;
import io.github.vanillanet.serve.registry.ModelRegistry;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.registry.VersionLoader;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Brings every model of the repository into service, one after the other. A model that is refused
 * is logged and left out; it is an error only if none is left or the default is missing.
 */
final class ModelBringUp {

  private static final Logger LOG = Logger.getLogger(ModelBringUp.class);

  private final ServingConfig config;
  private final LaneConfiguration lanes;
  private final ModelRegistry registry;
  private final ServingMetrics metrics;
  private final Supplier<ImageDecoder> decoder;
  private final BooleanSupplier closing;

  /**
   * @param decoder made when it is asked for, so that a setting of it that cannot be honoured is
   *     told like the others
   * @param closing true once the service ends: no further model is begun
   */
  ModelBringUp(
      ServingConfig config,
      LaneConfiguration lanes,
      ModelRegistry registry,
      ServingMetrics metrics,
      Supplier<ImageDecoder> decoder,
      BooleanSupplier closing) {
    this.config = config;
    this.lanes = lanes;
    this.metrics = metrics;
    this.registry = registry;
    this.decoder = decoder;
    this.closing = closing;
  }

  /**
   * @return brings further versions onto the same device
   * @throws ServiceException if the service cannot do its work: its message is for the operator
   */
  VersionLoader run() {
    requireDecoder();
    TorchRuntime runtime = TorchRuntime.load();
    ArithmeticChoice choice =
        new ArithmeticChoice(
            config.precision(),
            config.cuda(),
            (device, precision) -> PrecisionProbe.refusal(runtime, device, precision),
            LOG::warn);
    DeviceChoice devices = runtime.choose(config.device());
    devices.fallback().ifPresent(missing -> LOG.infof("no CUDA device is usable: %s", missing));
    Arithmetic arithmetic = choice.on(devices);
    for (Device device : devices.devices()) {
      DeviceMemory memory = new DeviceMemory(device);
      metrics.deviceMemory(device.toString(), memory::used, memory::total);
    }
    LanePlan plan = lanes.plan(devices.devices().get(0));
    LOG.infof(
        "libtorch %s, device %s in %s, %d threads in each of %d lanes",
        runtime.version(),
        devices.names(),
        arithmetic,
        plan.threads(),
        plan.lanes() * devices.devices().size());
    ModelRepository repository = new ModelRepository(config.repository());
    seed(repository, new ModelPublisher(runtime, repository, plan.threads(), LOG::debug));
    ModelLoader loader =
        new ModelLoader(
            InstanceLoader.torch(runtime, plan.threads()),
            devices.devices(),
            arithmetic,
            plan,
            metrics,
            registry::faulted);
    int refused = 0;
    for (ModelId id : repository.active()) {
      if (closing.getAsBoolean()) {
        return loader;
      }
      try {
        serve(loader.load(repository.open(id)));
      } catch (ServiceException e) {
        LOG.errorf("model %s is refused: %s", id, e.getMessage());
        refused++;
      } catch (RuntimeException e) { // one damaged version must not end the others
        LOG.errorf("model %s is refused: %s", id, e);
        refused++;
      }
    }
    requireServing(refused);
    return loader;
  }

  private void requireDecoder() {
    ImageDecoder made = decoder.get();
    LOG.infof("JPEG decoder: %s", made.jpegDecoder());
    if (config.dctScaling() && !made.reduces()) {
      LOG.warn("vanillanet.dct-scaling has no effect: it needs libjpeg-turbo");
    }
  }

  /** Makes the seeded models that are asked for; unpacks the embedded one if there is no other. */
  private void seed(ModelRepository repository, ModelPublisher publisher) {
    List<String> names = config.seededModels().orElse(List.of());
    if (names.isEmpty() && repository.names().isEmpty()) {
      LOG.infof("unpacking %s below %s", EmbeddedModel.NAME, repository.root());
      EmbeddedModel.publish(repository);
    }
    for (String name : names) {
      VanillaNetVariant variant =
          VanillaNetVariant.named(name.strip())
              .orElseThrow(
                  () ->
                      new ServiceException(
                          ErrorCode.BAD_CONFIGURATION,
                          "vanillanet.seeded-models: expected some of %s, found '%s'"
                              .formatted(VanillaNetVariant.names(), name)));
      if (repository.latest(variant.modelName()).isEmpty() && !closing.getAsBoolean()) {
        LOG.infof("making %s from a seed below %s", variant.modelName(), repository.root());
        publisher.publish(SeededModel.of(variant));
      }
    }
  }

  private void serve(ServedModel model) {
    registry.swap(model);
    LOG.infof(
        "serving %s on %s in %s: loaded in %.2f s, batch 1 in %.2f ms",
        model.id(),
        model.placement().deviceNames(),
        model.placement().certificate().precision().label(),
        model.loadTime().toNanos() / 1e9,
        model.batch1Latency().toNanos() / 1e6);
    if (!model.manifest().trained()) {
      LOG.warnf("%s is untrained: its predictions mean nothing", model.id());
    }
  }

  private void requireServing(int refused) {
    List<String> names = registry.names();
    if (names.isEmpty()) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "no model can be served: all %d in %s are refused"
              .formatted(refused, config.repository()));
    }
    config.groups().forEach((group, members) -> requireGroup(group, members, names));
    config
        .defaultModel()
        .filter(name -> !names.contains(name) && !config.groups().containsKey(name))
        .ifPresent(
            name -> {
              throw new ServiceException(
                  ErrorCode.BAD_CONFIGURATION,
                  "vanillanet.default-model: expected one of %s, found '%s'"
                      .formatted(String.join(", ", names), name));
            });
  }

  private static void requireGroup(String group, List<String> members, List<String> loaded) {
    if (loaded.contains(group) || members.stream().noneMatch(loaded::contains)) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "vanillanet.groups.%s: expected a name that no model has, and members of %s, found %s"
              .formatted(group, String.join(", ", loaded), String.join(", ", members)));
    }
  }
}
