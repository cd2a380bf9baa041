package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.config.RepositoryLocation;
import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.cli.classify.ResultFormat;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.export.ExportFormat;
import io.github.vanillanet.model.network.Arithmetic;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.CheckpointImport;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that several commands share. */
final class Options {

  private Options() {}

  private static Supplier<TypeConversionException> invalid(String expected, String found) {
    return () -> new TypeConversionException("expected %s, found '%s'".formatted(expected, found));
  }

  /** Sets how the texts of options are converted. */
  static void registerConverters(CommandLine commands) {
    commands.registerConverter(
        Precision.class,
        text ->
            Precision.named(text)
                .orElseThrow(invalid("one of " + String.join(", ", Precision.NAMES), text)));
    commands.registerConverter(
        VanillaNetVariant.class,
        text ->
            VanillaNetVariant.named(text)
                .orElseThrow(invalid("one of " + VanillaNetVariant.names(), text)));
    commands.registerConverter(CheckpointImport.InputSize.class, Options::inputSize);
    commands.registerConverter(
        ExportFormat.class,
        text ->
            Arrays.stream(ExportFormat.values())
                .filter(format -> format.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(invalid("onnx, safetensors or pth", text)));
    commands.registerConverter(RepositoryLocation.class, Options::location);
    commands.registerConverter(
        ResultFormat.class,
        text ->
            Arrays.stream(ResultFormat.values())
                .filter(format -> format.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(invalid("table, csv or jsonl", text)));
    commands.registerConverter(Pattern.class, Options::pattern);
  }

  private static RepositoryLocation location(String text) {
    try {
      return new RepositoryLocation(text);
    } catch (IllegalArgumentException e) {
      throw invalid("a folder or s3://BUCKET/PREFIX", text).get();
    }
  }

  /** A folder. The text of a bucket would be the path of a folder, too. */
  static final class Folder implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      if (location(text).isBucket()) {
        throw invalid("a folder; the setting vanillanet.repository may be a bucket", text).get();
      }
      return Path.of(text);
    }
  }

  /** A whole number of at least 1. */
  static final class Count implements ITypeConverter<Integer> {

    private static final Pattern NUMBER = Pattern.compile("0*[1-9][0-9]{0,8}");

    @Override
    public Integer convert(String text) {
      if (!NUMBER.matcher(text).matches()) {
        throw invalid("a whole number of at least 1", text).get();
      }
      return Integer.valueOf(text);
    }
  }

  static final class RepositoryOption {

    @Option(
        names = "--repository",
        paramLabel = "DIR",
        converter = Folder.class,
        description = "folder of the models; default: the setting vanillanet.repository")
    private Optional<Path> folder = Optional.empty();

    ModelRepository open() {
      return folder.map(ModelRepository::new).orElseGet(() -> configured(Settings.read()));
    }

    /** The repository of the settings; of a bucket, the local copies of the served versions. */
    private static ModelRepository configured(ServingConfig config) {
      return ModelRepository.of(
          RepositoryLocation.folder(config),
          Optional.of(config.repository())
              .filter(RepositoryLocation::isBucket)
              .map(RepositoryLocation::text));
    }
  }

  /** One version, or the latest of a model, and the repository that has it. */
  static final class ModelOption {

    @Option(
        names = "--model",
        defaultValue = EmbeddedModel.NAME,
        paramLabel = "MODEL[/VERSION]",
        description = "default: ${DEFAULT-VALUE}")
    private String model;

    @Mixin private RepositoryOption repository;

    LocalModel open(ImageDecoder decoder) throws IOException {
      return LocalModel.open(repository.open(), model, decoder);
    }
  }

  static final class PrecisionOption {

    @Option(
        names = "--precision",
        defaultValue = "float32",
        description = "float32, float16, bfloat16 or int8; default: ${DEFAULT-VALUE}")
    private Precision precision;

    /**
     * @throws ServiceException {@code BAD_CONFIGURATION} if the device cannot compute in the
     *     precision
     */
    Arithmetic on(TorchRuntime runtime, Device device) {
      PrecisionProbe.unsupported(runtime, device, precision)
          .ifPresent(
              reason -> {
                throw BAD_CONFIGURATION.error(
                    "--precision=%s: %s does not support it: %s",
                    precision.label(), device, reason);
              });
      return new Arithmetic(precision, false);
    }
  }

  private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,4})(?:x([1-9]\\d{0,4}))?");

  /** Reads {@code H} or {@code HxW}, in pixels. */
  private static CheckpointImport.InputSize inputSize(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw invalid("H or HxW in pixels", text).get();
    }
    int height = Integer.parseInt(size.group(1));
    return new CheckpointImport.InputSize(
        height, Optional.ofNullable(size.group(2)).map(Integer::valueOf).orElse(height));
  }

  private static Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw invalid("a regular expression", text).get();
    }
  }
}
