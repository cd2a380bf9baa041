package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.certify.Certificate;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.VersionUpgrade;
import io.github.vanillanet.serve.registry.ModelLoader;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verify}: checks certificates again, on this machine. */
@Command(
    name = "verify",
    description = "Compare the files and answers of each version with its certificate.")
final class VerifyCommand implements Callable<Integer> {

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "name of a model; default: all models")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "auto, cpu or cuda:N; default: ${DEFAULT-VALUE}")
  private String device;

  @Option(
      names = "--upgrade",
      description =
          "publish the active version of each model again if its artifact is of an early release"
              + " and has no features and class maps")
  private boolean upgrade;

  @Mixin private Options.PrecisionOption precision;

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ModelRepository models = repository.open();
    List<ModelId> ids = versions(models);
    TorchRuntime runtime = TorchRuntime.load();
    Device target = runtime.resolve(device);
    ModelLoader loader =
        new ModelLoader(
            runtime,
            target,
            precision.on(runtime, target),
            Runtime.getRuntime().availableProcessors(),
            1);
    int failed = 0;
    for (ModelId id : ids) {
      failed += verify(models, loader, id, target) ? 0 : 1;
    }
    if (failed == 0 && upgrade) {
      ids.stream().map(ModelId::name).distinct().forEach(name -> upgrade(models, runtime, name));
    }
    return failed == 0 ? 0 : 1;
  }

  private void upgrade(ModelRepository models, TorchRuntime runtime, String name) {
    int number = models.active(name).orElseGet(() -> models.latest(name).getAsInt());
    StoredVersion version = models.open(new ModelId(name, number));
    PrintWriter out = spec.commandLine().getOut();
    if (!VersionUpgrade.isOutdated(version)) {
      out.printf("%s needs no upgrade%n", version.id());
      return;
    }
    int threads = Runtime.getRuntime().availableProcessors();
    StoredVersion published =
        new VersionUpgrade(runtime, models, threads, step -> {}).publish(version);
    out.printf(
        "%s is published again as version %d, which is not active yet%n",
        version.id(), published.id().version());
  }

  private List<ModelId> versions(ModelRepository models) {
    List<ModelId> ids = new ArrayList<>();
    for (String name : model.map(List::of).orElseGet(models::names)) {
      models.versions(name).forEach(version -> ids.add(new ModelId(name, version)));
    }
    if (ids.isEmpty()) {
      throw MODEL_NOT_FOUND.error(
          "%s not found in %s", model.map(name -> "model " + name).orElse("models"), models.root());
    }
    return ids;
  }

  private static String description(Certificate certificate) {
    if (certificate.precision() == Precision.FLOAT32) {
      return certificate.artifactSha256();
    }
    return String.format(
        Locale.ROOT,
        "%s in %s, logits differ by %.2g (at most %.2g)",
        certificate.artifactSha256(),
        certificate.precision().label(),
        certificate.served().maxDelta(),
        certificate.served().bound());
  }

  private boolean verify(ModelRepository models, ModelLoader loader, ModelId id, Device target) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      Certificate certificate = loader.verify(models.open(id));
      out.printf("%s is valid on %s: artifact %s%n", id, target, description(certificate));
      return true;
    } catch (ServiceException e) {
      err.printf("%s is not valid: %s%n", id, e.getMessage());
      return false;
    }
  }
}
