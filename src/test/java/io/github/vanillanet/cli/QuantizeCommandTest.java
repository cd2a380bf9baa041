package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.Sha256;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Precision;
import io.github.vanillanet.model.quantize.SyntheticImages;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.ReducedPrecisions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands {@code quantize} and {@code import --calibration}. */
class QuantizeCommandTest {

  private static final int REJECTED = 77;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private ErrorCode code;
  private Path images;
  private ModelRepository models;

  @BeforeEach
  void images() throws IOException {
    assumeThat(PrecisionProbe.unsupported(TorchRuntime.load(), Device.CPU, Precision.INT8))
        .isEmpty();
    images = folder.resolve("images");
    models = new ModelRepository(folder.resolve("models"));
    List<String> labels = Stream.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j").toList();
    for (String label : labels) {
      SyntheticImages.write(images.resolve(label), 100, label.hashCode());
    }
    Files.write(folder.resolve("labels.txt"), labels);
  }

  private int run(Object command, String... arguments) {
    CommandLine line = new CommandLine(command);
    Options.registerConverters(line);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(out, true));
    line.setExecutionExceptionHandler(
        (failure, given, parsed) -> {
          code = ((ServiceException) failure).code();
          return REJECTED;
        });
    return line.execute(
        Stream.concat(Stream.of(arguments), Stream.of("--repository", models.root().toString()))
            .toArray(String[]::new));
  }

  private int importWith(String... further) {
    return run(
        new ImportCommand(),
        Stream.concat(
                Stream.of(
                    "--checkpoint",
                    Oracle.file("models/vanillanet_5/checkpoint-3.pth").toString(),
                    "--variant=vanillanet_5",
                    "--name=five",
                    "--input-size=64",
                    "--labels",
                    folder.resolve("labels.txt").toString()),
                Stream.of(further))
            .toArray(String[]::new));
  }

  private static Map<Path, String> contents(Path version) throws IOException {
    Map<Path, String> contents = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(version)) {
      for (Path file : files.sorted().toList()) {
        contents.put(file, Sha256.of(file));
      }
    }
    return contents;
  }

  @Test
  void importingAgainOnlyAddsTheCalibration() throws IOException {
    assertThat(importWith()).isZero();
    Path version = models.folder(new ModelId("five", 1));
    Map<Path, String> before = contents(version);

    int exit = importWith("--calibration", images.toString());

    assertThat(models.versions("five")).containsExactly(1);
    Map<Path, String> after = contents(version);
    assertThat(after.remove(version.resolve("reduced-precisions.json"))).isNotNull();
    assertThat(after).isEqualTo(before);
    ReducedPrecisions reduced =
        models.open(new ModelId("five", 1)).reducedPrecisions().orElseThrow();
    boolean all = reduced.certificates().stream().allMatch(it -> it.refusal().isEmpty());
    assertThat(exit).isEqualTo(all ? 0 : 1);
    assertThat(run(new QuantizeCommand(), "five", "--calibration", images.toString()))
        .isEqualTo(exit);
    assertThat(out.toString()).contains("five/1 int8 ");
  }

  @Test
  void badCalibrationsChangeNothing() throws IOException {
    Path few = folder.resolve("few");
    SyntheticImages.write(few.resolve("a"), 10, 1);

    assertThat(importWith("--calibration", few.toString())).isEqualTo(REJECTED);
    assertThat(code).isEqualTo(ErrorCode.BAD_DATASET);
    assertThat(models.names()).isEmpty();

    assertThat(run(new QuantizeCommand(), "five", "--calibration", few.toString()))
        .isEqualTo(REJECTED);
    assertThat(code).isEqualTo(ErrorCode.MODEL_NOT_FOUND);

    assertThat(importWith()).isZero();
    Map<Path, String> before = contents(models.folder(new ModelId("five", 1)));
    SyntheticImages.write(folder.resolve("one-class/a"), 1000, 2);
    Files.createDirectories(folder.resolve("empty"));
    for (String bad : List.of("few", "one-class", "empty", "missing")) {
      assertThat(
              run(new QuantizeCommand(), "five/1", "--calibration", folder.resolve(bad).toString()))
          .as(bad)
          .isEqualTo(REJECTED);
      assertThat(code).as(bad).isEqualTo(ErrorCode.BAD_DATASET);
    }
    assertThat(contents(models.folder(new ModelId("five", 1)))).isEqualTo(before);
  }
}
