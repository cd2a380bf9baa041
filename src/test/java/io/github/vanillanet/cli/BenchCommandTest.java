package io.github.vanillanet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.vanillanet.Oracle;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.PrecisionProbe;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Precision;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandTest {

  private static final int REJECTED = 77;

  private final StringWriter out = new StringWriter();
  private ErrorCode code;

  private int run(String... arguments) {
    CommandLine line = new CommandLine(new BenchCommand());
    Options.registerConverters(line);
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(out, true));
    line.setExecutionExceptionHandler(
        (failure, given, parsed) -> {
          code = ((ServiceException) failure).code();
          return REJECTED;
        });
    return line.execute(
        Stream.concat(
                Stream.of("--variant=vanillanet_5", "--runs=1", "--device=cpu", "--threads=1"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** The precision of each row, in order. */
  private List<String> precisions() {
    return out.toString()
        .lines()
        .filter(line -> line.startsWith("vanillanet_5"))
        .map(line -> line.trim().split("\\s+")[4])
        .toList();
  }

  @Test
  void timesEveryPrecisionAndCalibratesInt8OnTheGivenImages() {
    TorchRuntime runtime = TorchRuntime.load();
    List<String> supported =
        Precision.NAMES.stream()
            .filter(
                name ->
                    PrecisionProbe.unsupported(
                            runtime, Device.CPU, Precision.named(name).orElseThrow())
                        .isEmpty())
            .toList();

    int exit = run(Oracle.file("preprocess/jpeg_512_q75.jpg").toString());

    assertThat(exit).as(out.toString()).isZero();
    assertThat(precisions()).isEqualTo(supported).contains("float32");
    assertThat(out.toString().contains("not certified")).isEqualTo(supported.contains("int8"));
  }

  @Test
  void needsImagesForInt8(@TempDir Path folder) {
    assumeThat(PrecisionProbe.unsupported(TorchRuntime.load(), Device.CPU, Precision.INT8))
        .isEmpty();

    assertThat(run("--precision=int8")).isEqualTo(REJECTED);
    assertThat(code).isEqualTo(ErrorCode.BAD_CONFIGURATION);
    code = null;
    assertThat(run("--precision=int8", folder.resolve("absent.jpg").toString()))
        .isEqualTo(REJECTED);
    assertThat(code).isEqualTo(ErrorCode.BAD_CONFIGURATION);
    code = null;
    assertThat(run("--precision=int8", Oracle.file("recipe/param_groups.json").toString()))
        .isEqualTo(REJECTED);
    assertThat(code).isNotNull();
    assertThat(precisions()).isEmpty();
  }

  @Test
  void rejectsImagesForTable4() {
    assertThat(run("--table4", Oracle.file("preprocess/jpeg_512_q75.jpg").toString()))
        .isEqualTo(REJECTED);
    assertThat(code).isEqualTo(ErrorCode.BAD_CONFIGURATION);
  }
}
