package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.NOT_EQUIVALENT;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.repository.Manifest;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code models}: lists the repository, or looks for one model. */
@Command(name = "models", description = "List all models and versions in the repository.")
final class ModelsCommand implements Callable<Integer> {

  private static final String ROW = "%-32s %-28s %10s %9s %6s %8s %8s  %s%n";

  private static final int ABSENT = 1;
  private static final int UNKNOWN = 2;

  @Option(
      names = "--has",
      paramLabel = "NAME",
      description = "only exit: 0 if the model has a good version, 1 if not, 2 after an error")
  private Optional<String> name = Optional.empty();

  @Mixin private Options.RepositoryOption repository;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    return name.isPresent() ? has(name.get()) : list();
  }

  /** The status of an error must differ from that of an absent model. */
  private int has(String model) {
    try {
      ModelRepository models = repository.open();
      return models.versions(model).stream().anyMatch(number -> isGood(models, model, number))
          ? 0
          : ABSENT;
    } catch (ServiceException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return UNKNOWN;
    }
  }

  /** An import adds a good version to a model that has damaged ones only. */
  private boolean isGood(ModelRepository models, String model, int number) {
    ModelId id = new ModelId(model, number);
    try {
      models.open(id);
      return true;
    } catch (ServiceException e) {
      boolean unreadable =
          e.getCause() instanceof FileSystemException
              && !(e.getCause() instanceof NoSuchFileException);
      if (unreadable) { // such as a network file system that does not answer
        throw e;
      }
      e.rethrowUnless(BAD_ARTIFACT, NOT_EQUIVALENT);
      reportInvalid(id, e);
      return false;
    }
  }

  private void reportInvalid(ModelId id, ServiceException e) {
    spec.commandLine().getErr().printf("%s is invalid: %s%n", id, e.getMessage());
  }

  private int list() {
    ModelRepository models = repository.open();
    PrintWriter out = spec.commandLine().getOut();
    int invalid = 0;
    out.printf(
        ROW, "MODEL", "VARIANT", "PARAMETERS", "MACS", "INPUT", "CLASSES", "TRAINED", "ORIGIN");
    for (String name : models.names()) {
      for (int version : models.versions(name)) {
        ModelId id = new ModelId(name, version);
        try {
          row(out, id, models.open(id).manifest());
        } catch (ServiceException e) {
          reportInvalid(id, e);
          invalid++;
        }
      }
    }
    return invalid == 0 ? 0 : 1;
  }

  private static void row(PrintWriter out, ModelId id, Manifest manifest) {
    out.printf(
        ROW,
        id,
        manifest.architecture().variant().officialName(),
        String.format(Locale.ROOT, "%.2fM", manifest.parameters() / 1e6),
        String.format(Locale.ROOT, "%.2fG", manifest.macs() / 1e9),
        manifest.architecture().inputHeight() + "x" + manifest.architecture().inputWidth(),
        manifest.architecture().classes(),
        manifest.trained() ? "yes" : "no",
        manifest.origin());
  }
}
