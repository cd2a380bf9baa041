package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.ModelInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;

/** Decodes, resizes and crops the images of one request. Thread-safe. */
final class ImagePreparation {

  private final ImageDecoder decoder;
  private final long maxInputBytes;
  private final int decoders;
  private final DecodeGate gate;
  private final PreparationTime times;

  /**
   * @param maxInputBytes limit on the decoded pixels of one request in bytes
   * @param decoders requests that may decode at once
   */
  ImagePreparation(ImageDecoder decoder, long maxInputBytes, int decoders, Ticker ticker) {
    this.decoder = decoder;
    this.maxInputBytes = maxInputBytes;
    this.decoders = decoders;
    this.gate = new DecodeGate(decoders);
    this.times = new PreparationTime(ticker);
  }

  /** Estimates the time that {@link #prepare} would take now; zero before the first measurement. */
  Duration expected(List<byte[]> encoded) {
    return times.of(encoded, gate.waiting(), decoders);
  }

  String jpegDecoder() {
    return decoder.jpegDecoder();
  }

  /**
   * Prepares the valid images in order.
   *
   * @param rejected receives the invalid images by index, with the reason
   * @throws ServiceException {@code TOO_LARGE} if there are too many images
   * @throws ServiceException the failure of the first image, if all are invalid
   */
  ModelInput prepare(
      Call call,
      ServedModel served,
      List<byte[]> encoded,
      SortedMap<Integer, ServiceException> rejected) {
    Preprocessing preprocessing = served.manifest().preprocessing();
    int bytes = InputKind.IMAGES.sampleBytes(preprocessing.height(), preprocessing.width());
    long maxImages = Math.max(1, Math.min(maxInputBytes, Integer.MAX_VALUE) / bytes);
    if (encoded.size() > maxImages) {
      throw TOO_LARGE.error(
          "expected at most %d images for %s in one request, got %d",
          maxImages, served.id(), encoded.size());
    }
    ByteBuffer pixels = ByteBuffer.allocate(bytes * encoded.size()).order(ByteOrder.nativeOrder());
    gate.pass(call, () -> decode(call, preprocessing, encoded, pixels, rejected));
    int good = encoded.size() - rejected.size();
    if (good == 0) {
      throw rejected.get(0);
    }
    return new ModelInput(InputKind.IMAGES, good, pixels.flip());
  }

  private void decode(
      Call call,
      Preprocessing preprocessing,
      List<byte[]> encoded,
      ByteBuffer pixels,
      SortedMap<Integer, ServiceException> rejected) {
    long begun = call.nanos();
    long started = begun;
    for (int image = 0; image < encoded.size(); image++) {
      call.requireClient(); // the client may disconnect between two images
      byte[] file = encoded.get(image);
      try {
        RgbImage decoded = call.time(Stage.DECODE, () -> decoder.decodeFor(preprocessing, file));
        call.time(Stage.PREPROCESS, () -> pixels.put(preprocessing.apply(decoded).rgb()));
        long ended = call.nanos();
        times.file(file, ended - started);
        started = ended;
      } catch (ServiceException e) {
        rejected.put(image, e);
        started = call.nanos();
      }
    }
    times.request(started - begun);
  }
}
