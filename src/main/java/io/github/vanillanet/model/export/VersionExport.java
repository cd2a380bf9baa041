package io.github.vanillanet.model.export;

import static io.github.vanillanet.base.error.ErrorCode.BAD_ARTIFACT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CHECKPOINT;
import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.DurableFiles;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.model.checkpoint.SafetensorsWriter;
import io.github.vanillanet.model.checkpoint.ScriptWeights;
import io.github.vanillanet.model.checkpoint.StateDict;
import io.github.vanillanet.model.checkpoint.TorchArchive;
import io.github.vanillanet.model.checkpoint.TorchCheckpoint;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.Network;
import io.github.vanillanet.model.network.ParameterTable;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.VersionFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the float32 weights of a version's artifact in another format. The file's metadata has
 * labels, preprocessing, digests and temperature; the logits are the net's own.
 *
 * @param version verified
 */
public record VersionExport(StoredVersion version) {

  /**
   * Writes or replaces a file. A failure leaves the earlier file as it was.
   *
   * @param withPreprocessing whether the input of ONNX is pixels
   * @throws ServiceException {@code BAD_CONFIGURATION} if the file cannot be written, or the format
   *     cannot hold the net
   * @throws ServiceException {@code BAD_ARTIFACT} if the artifact has other weights than the
   *     manifest says
   */
  public void write(ExportFormat format, boolean withPreprocessing, Path file) {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      if (Files.isDirectory(file)) {
        throw BAD_CONFIGURATION.error("%s is a folder, expected the name of a file", file);
      }
      try {
        DurableFiles.replace(file, path -> writeTo(path, format, withPreprocessing));
      } finally {
        Files.deleteIfExists(partial); // exists only after a failure
      }
    } catch (IOException e) {
      throw BAD_CONFIGURATION.error(e, "%s cannot be written: %s", file, e);
    }
  }

  void writeTo(Path file, ExportFormat format, boolean withPreprocessing) throws IOException {
    Network network = Network.of(version.manifest().architecture(), Form.DEPLOYED);
    StateDict weights = weights(network);
    Map<String, String> facts = VersionFacts.of(version).texts();
    switch (format) {
      case ONNX -> {
        Optional<Preprocessing> preprocessing =
            Optional.of(version.manifest().preprocessing()).filter(given -> withPreprocessing);
        OnnxExport.write(network, weights, preprocessing, facts, file);
      }
      case SAFETENSORS -> {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt"); // readers of the transformers library expect it
        metadata.putAll(facts);
        SafetensorsWriter.write(file, weights.tensors(), metadata);
      }
      case PTH -> {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("model", weights.tensors());
        content.put(TorchCheckpoint.METADATA, facts);
        TorchArchive.writeCheckpoint(file, content);
      }
    }
  }

  private StateDict weights(Network network) {
    try {
      return ParameterTable.of(network).select(ScriptWeights.read(version.artifact()));
    } catch (ServiceException e) {
      e.rethrowUnless(BAD_CHECKPOINT);
      throw BAD_ARTIFACT.error(e, "%s: %s", version.artifact(), e.getMessage());
    }
  }
}
