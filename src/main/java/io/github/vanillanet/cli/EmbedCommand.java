package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;

import io.github.vanillanet.base.config.Settings;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.NumpyFile;
import io.github.vanillanet.base.image.ImageDecoder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code embed}: the features of all images of a folder. */
@Command(
    name = "embed",
    description =
        "Write the vector before the classifier of each image of a folder, float32, as a file of"
            + " NumPy with one row for each image. FILE.txt has their paths in the same order.")
final class EmbedCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "FOLDER",
      description = "is searched with its folders, in alphabetical order")
  private Path folder;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "the file to write")
  private Path out;

  @Mixin private Options.ModelOption model;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<Path> files = files();
    Path values = Files.createTempFile(out.toAbsolutePath().getParent(), ".embed-", ".part");
    Path paths = Path.of(out + ".txt");
    int rejected = 0;
    int rows = 0;
    int columns = 1;
    try (LocalModel net = model.open(ImageDecoder.of(Settings.read()))) {
      try (OutputStream rest = Files.newOutputStream(values);
          BufferedWriter names = Files.newBufferedWriter(paths)) {
        for (Path file : files) {
          try {
            float[] features = net.maps(net.crop(file)).features();
            columns = features.length;
            rest.write(bytes(features));
            names.write(folder.relativize(file) + "\n");
            rows++;
          } catch (ServiceException e) {
            spec.commandLine().getErr().printf("%s: %s%n", file, e.getMessage());
            rejected++;
          }
        }
      }
      if (rows == 0) {
        throw BAD_DATASET.error("%s: expected at least one image, found none", folder);
      }
      join(NumpyFile.header(rows, columns), values);
    } finally {
      Files.deleteIfExists(values);
    }
    spec.commandLine()
        .getOut()
        .printf("%s: %d rows of %d, %d files rejected%n", out, rows, columns, rejected);
    return rejected == 0 ? 0 : 1;
  }

  private List<Path> files() throws IOException {
    return FolderTree.list(folder).stream().filter(Files::isRegularFile).sorted().toList();
  }

  private static byte[] bytes(float[] row) {
    ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(row);
    return bytes.array();
  }

  /** The header has the number of rows, so it is written last, and the file appears whole. */
  private void join(byte[] header, Path values) throws IOException {
    Path whole = Files.createTempFile(out.toAbsolutePath().getParent(), ".embed-", ".npy");
    try {
      try (OutputStream file = Files.newOutputStream(whole)) {
        file.write(header);
        Files.copy(values, file);
      }
      Files.move(whole, out, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(whole);
    }
  }
}
