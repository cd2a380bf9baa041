package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.ModelInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Decodes, resizes and crops the images of one request. Thread-safe. */
final class ImagePreparation {

  private final ImageDecoder decoder;
  private final long largestInput;
  private final DecodeGate gate;
  private final PreparationTime times;

  /**
   * @param largestInput bytes of pixels that the images of one request may become
   */
  ImagePreparation(
      ImageDecoder decoder, long largestInput, DecodeGate gate, PreparationTime times) {
    this.decoder = decoder;
    this.largestInput = largestInput;
    this.gate = gate;
    this.times = times;
  }

  /** What {@link #prepare} would take now, by what was measured; nothing as long as that is. */
  Duration expected(List<byte[]> encoded) {
    return times.ahead(gate.waiting(), gate.width()).plus(times.of(encoded));
  }

  String jpegDecoder() {
    return decoder.jpegDecoder();
  }

  /**
   * @throws ServiceException {@code TOO_LARGE} if they are too many
   * @throws ServiceException the first image's, if none is good
   */
  PreparedImages prepare(Call call, ServedModel served, List<byte[]> encoded) {
    Preprocessing preprocessing = served.manifest().preprocessing();
    int bytes = InputKind.IMAGES.sampleBytes(preprocessing.height(), preprocessing.width());
    long most = Math.max(1, Math.min(largestInput, Integer.MAX_VALUE) / bytes);
    if (encoded.size() > most) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE,
          "expected at most %d images for %s at once, found %d"
              .formatted(most, served.id(), encoded.size()));
    }
    ByteBuffer pixels = ByteBuffer.allocate(bytes * encoded.size()).order(ByteOrder.nativeOrder());
    SortedMap<Integer, ServiceException> refused =
        gate.pass(call, () -> decode(call, preprocessing, encoded, pixels));
    int good = encoded.size() - refused.size();
    if (good == 0) {
      throw refused.get(0);
    }
    ModelInput input = new ModelInput(InputKind.IMAGES, good, pixels.flip());
    return new PreparedImages(encoded.size(), input, refused);
  }

  private SortedMap<Integer, ServiceException> decode(
      Call call, Preprocessing preprocessing, List<byte[]> encoded, ByteBuffer pixels) {
    SortedMap<Integer, ServiceException> refused = new TreeMap<>();
    long begun = call.clock().nanos();
    for (int image = 0; image < encoded.size(); image++) {
      call.requireClient(); // it may leave between two of many
      byte[] file = encoded.get(image);
      long started = call.clock().nanos();
      try {
        RgbImage decoded =
            call.clock().time(Stage.DECODE, () -> decoder.decodeFor(preprocessing, file));
        call.clock().time(Stage.PREPROCESS, () -> pixels.put(preprocessing.apply(decoded).rgb()));
        times.file(file, call.clock().nanos() - started);
      } catch (ServiceException e) {
        refused.put(image, e);
      }
    }
    times.request(call.clock().nanos() - begun);
    return refused;
  }
}
