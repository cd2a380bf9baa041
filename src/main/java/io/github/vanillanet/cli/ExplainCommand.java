package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.PngFile;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.StageMaps;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code explain}: pictures of what the stages of a net make of an image. */
@Command(
    name = "explain",
    description =
        "Draw the strongest channels of each stage of a net for one image, one PNG for each stage."
            + " The maps of evidence behind an answer are at POST /explain.")
final class ExplainCommand implements Callable<Integer> {

  @Option(names = "--stages", required = true, paramLabel = "FILE", description = "an image")
  private Path image;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "folder for the PNGs")
  private Path out;

  @Option(
      names = "--channels",
      defaultValue = "16",
      description = "channels of each stage, 1 to 256; default: ${DEFAULT-VALUE}")
  private int channels;

  @Mixin private Options.ModelOption model;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (channels < 1 || channels > 256) {
      throw BAD_CONFIGURATION.error("--channels: expected 1 to 256, found %d", channels);
    }
    ImageDecoder decoder = ImageDecoder.of(Settings.read());
    try (LocalModel net = model.open(decoder)) {
      RgbImage crop = net.crop(image);
      Files.createDirectories(out);
      for (StageMaps stage : net.stages(crop)) {
        draw(stage);
      }
    }
    return 0;
  }

  private void draw(StageMaps stage) throws IOException {
    List<Integer> strongest = ChannelSheet.strongest(stage, channels);
    Path file = out.resolve(stage.name().replace(' ', '-') + ".png");
    Files.write(file, PngFile.of(ChannelSheet.draw(stage, strongest)));
    PrintWriter text = spec.commandLine().getOut();
    text.printf(
        "%s: %d of %d channels, %dx%d, row by row: %s%n",
        file,
        strongest.size(),
        stage.channels(),
        stage.size().height(),
        stage.size().width(),
        strongest.stream().map(String::valueOf).collect(Collectors.joining(" ")));
  }
}
