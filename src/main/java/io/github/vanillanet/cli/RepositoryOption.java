package io.github.vanillanet.cli;

import io.github.vanillanet.model.repository.ModelRepository;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.Option;

/** Where the models are: as told, else as the service is configured. */
final class RepositoryOption {

  private static final String SETTING = "vanillanet.repository";
  private static final String DEFAULT = "models";

  @Option(
      names = "--repository",
      paramLabel = "DIR",
      description = "folder of the models; default: the service's vanillanet.repository")
  private Optional<Path> folder = Optional.empty();

  ModelRepository open() {
    return new ModelRepository(folder.orElseGet(RepositoryOption::configured));
  }

  private static Path configured() {
    return Path.of(
        ConfigProvider.getConfig().getOptionalValue(SETTING, String.class).orElse(DEFAULT));
  }
}
