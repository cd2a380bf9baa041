package io.github.vanillanet.model.export;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.OwnedName;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.repository.StoredVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Writes a version into a model repository of Triton Inference Server, once for its {@code
 * onnxruntime} backend and once for its {@code pytorch} backend.
 *
 * <pre>
 * ROOT/MODEL-onnx/config.pbtxt, labels.txt, VERSION/model.onnx
 * ROOT/MODEL-pytorch/config.pbtxt, labels.txt, VERSION/model.pt
 * </pre>
 *
 * @param root is created if it does not exist
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_configuration.md">the
 *     configuration</a>
 */
public record TritonRepository(Path root) {

  private static final int MAX_BATCH = 32;
  private static final String CONFIGURATION = "config.pbtxt";
  private static final String ONNX_FILE = "model.onnx";

  /** A tensor without its batch dimension. */
  private record Tensor(String name, String type, long... dims) {

    private String text() {
      String shown = LongStream.of(dims).mapToObj(Long::toString).collect(Collectors.joining(", "));
      return "name: \"%s\", data_type: %s, dims: [ %s ]".formatted(name, type, shown);
    }
  }

  private interface ModelFile {
    void write(Path file) throws IOException;
  }

  /**
   * Adds the two models.
   *
   * @param withPreprocessing whether the input of the ONNX model is pixels; the PyTorch model
   *     always takes pixels
   * @return the folders of the models
   * @throws ServiceException {@code BAD_CONFIGURATION} if one of them exists or cannot be written
   */
  public List<Path> add(StoredVersion version, boolean withPreprocessing) {
    Architecture net = version.manifest().architecture();
    int height = net.inputHeight();
    int width = net.inputWidth();
    Path onnx = root.resolve(version.id().name() + "-onnx");
    Path pytorch = root.resolve(version.id().name() + "-pytorch");
    for (Path folder : List.of(onnx, pytorch)) {
      if (Files.exists(folder)) {
        throw BAD_CONFIGURATION.error("%s exists; delete it or choose another folder", folder);
      }
    }
    write(
        version,
        onnx,
        configuration(
            version,
            "onnxruntime",
            withPreprocessing
                ? new Tensor(OnnxExport.INPUT, "TYPE_UINT8", height, width, 3)
                : new Tensor(OnnxExport.INPUT, "TYPE_FP32", 3, height, width),
            new Tensor(OnnxExport.OUTPUT, "TYPE_FP32", net.classes()),
            onnx),
        ONNX_FILE,
        file -> new VersionExport(version).writeTo(file, ExportFormat.ONNX, withPreprocessing));
    write(
        version,
        pytorch,
        configuration(
            version,
            "pytorch",
            new Tensor("INPUT__0", "TYPE_UINT8", height, width, 3),
            new Tensor("OUTPUT__0", "TYPE_FP32", net.classes()),
            pytorch),
        "model.pt",
        file -> Files.copy(version.artifact(), file));
    return List.of(onnx, pytorch);
  }

  /** The ONNX model of a version that was added. */
  public static Path onnx(Path root, StoredVersion version) {
    return root.resolve(version.id().name() + "-onnx")
        .resolve(Integer.toString(version.id().version()))
        .resolve(ONNX_FILE);
  }

  private static String configuration(
      StoredVersion version, String backend, Tensor input, Tensor output, Path folder) {
    return """
    name: "%s"
    backend: "%s"
    max_batch_size: %d
    input [ { %s } ]
    output [ { %s, label_filename: "%s" } ]
    dynamic_batching { }
    parameters { key: "artifact_sha256", value: { string_value: "%s" } }
    """
        .formatted(
            folder.getFileName(),
            backend,
            MAX_BATCH,
            input.text(),
            output.text(),
            StoredVersion.LABELS,
            version.manifest().certificate().artifactSha256());
  }

  /** Writes a hidden folder, then renames it. */
  private void write(
      StoredVersion version, Path folder, String configuration, String name, ModelFile model) {
    try {
      Files.createDirectories(root);
      Path temporary = Files.createDirectory(root.resolve(".exporting-" + OwnedName.next()));
      try {
        Files.writeString(temporary.resolve(CONFIGURATION), configuration);
        Files.write(temporary.resolve(StoredVersion.LABELS), version.labels());
        Path numbered =
            Files.createDirectory(temporary.resolve(Integer.toString(version.id().version())));
        model.write(numbered.resolve(name));
        DurableFiles.forceAll(numbered);
        if (!DurableFiles.renameToNew(temporary, folder)) {
          throw BAD_CONFIGURATION.error("%s exists; delete it or choose another folder", folder);
        }
      } finally {
        FolderTree.delete(temporary); // exists only after a failure
      }
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be written: %s", folder, e);
    }
  }
}
