package io.github.vanillanet.cli;

import static io.github.vanillanet.base.error.ErrorCode.CONFLICT;
import static io.github.vanillanet.base.error.ErrorCode.MODEL_NOT_FOUND;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.TemporaryFiles;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.Device;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.model.engine.LastMaps;
import io.github.vanillanet.model.engine.StageMaps;
import io.github.vanillanet.model.engine.TorchInstance;
import io.github.vanillanet.model.engine.TorchRuntime;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.repository.EmbeddedModel;
import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.model.repository.VersionUpgrade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A version that a command computes with, on the CPU and with all processors. Confined to one
 * thread.
 */
final class LocalModel implements AutoCloseable {

  private final TorchRuntime runtime = TorchRuntime.load();
  private final StoredVersion version;
  private final ImageDecoder decoder;
  private final TorchInstance instance;
  private final ByteBuffer pixels;
  private final Optional<Path> temporary;

  private LocalModel(StoredVersion version, ImageDecoder decoder, Optional<Path> temporary) {
    this.version = version;
    this.decoder = decoder;
    this.temporary = temporary;
    Architecture net = version.manifest().architecture();
    if (VersionUpgrade.isOutdated(version)) {
      throw CONFLICT.error(
          "%s has no features: its artifact is of an early release; 'verify --upgrade %s'"
              + " publishes it again with them",
          version.id(), version.id().name());
    }
    int threads = Runtime.getRuntime().availableProcessors();
    this.instance =
        TorchInstance.load(
            runtime, version.artifact(), Device.CPU, net.inputHeight(), net.inputWidth(), threads);
    this.instance.attachToThread();
    this.pixels = InputKind.IMAGES.buffer(1, net.inputHeight(), net.inputWidth());
  }

  /**
   * Opens a version. The embedded model needs no repository.
   *
   * @param name a model or {@code MODEL/VERSION}
   * @throws ServiceException {@code MODEL_NOT_FOUND} if there is none
   */
  static LocalModel open(ModelRepository models, String name, ImageDecoder decoder)
      throws IOException {
    Optional<ModelId> id = models.find(name);
    if (id.isPresent()) {
      return new LocalModel(models.open(id.get()), decoder, Optional.empty());
    } else if (!name.equals(EmbeddedModel.NAME)) {
      throw MODEL_NOT_FOUND.error(
          "the repository %s has no model '%s'; it has %s", models.root(), name, models.names());
    }
    Path folder = TemporaryFiles.folder("vanillanet-");
    ModelRepository copy = new ModelRepository(folder);
    EmbeddedModel.publish(copy);
    return new LocalModel(
        copy.open(new ModelId(EmbeddedModel.NAME, 1)), decoder, Optional.of(folder));
  }

  /**
   * The pixels that the model sees of a picture.
   *
   * @throws ServiceException if the file is no image that the service accepts
   */
  RgbImage crop(Path file) throws IOException {
    var preprocessing = version.manifest().preprocessing();
    return preprocessing.apply(
        decoder.decode(Files.readAllBytes(file), decoder.rules(preprocessing)));
  }

  /** The logits and last maps of a picture. */
  LastMaps maps(RgbImage crop) {
    return instance.forwardMaps(InputKind.IMAGES, pixels(crop), 1);
  }

  /** The maps of every stage of a picture. */
  List<StageMaps> stages(RgbImage crop) throws IOException {
    return StageMaps.of(
        runtime,
        version.artifact(),
        version.manifest().architecture(),
        version.manifest().preprocessing(),
        pixels(crop));
  }

  private ByteBuffer pixels(RgbImage crop) {
    return pixels.clear().put(crop.rgb()).flip();
  }

  @Override
  public void close() throws IOException {
    instance.close();
    if (temporary.isPresent()) {
      FolderTree.delete(temporary.get());
    }
  }
}
