package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.error.ErrorCode;
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
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Decodes, resizes and crops the images of one request. Thread-safe. */
final class ImagePreparation {

  private final ImageDecoder decoder;
  private final long maxInputBytes;
  private final DecodeGate gate;
  private final PreparationTime times;

  /**
   * @param maxInputBytes bytes of pixels that the images of one request may become
   * @param decoders requests that may decode at once
   */
  ImagePreparation(ImageDecoder decoder, long maxInputBytes, int decoders, Ticker ticker) {
    this.decoder = decoder;
    this.maxInputBytes = maxInputBytes;
    this.gate = new DecodeGate(decoders);
    this.times = new PreparationTime(ticker);
  }

  /** Encoded images as pixels. */
  record Prepared(ModelInput input, SortedMap<Integer, ServiceException> rejected) {

    /** Adds rows of NaN for the rejected images. */
    float[] allRows(float[] logits) {
      if (rejected.isEmpty()) {
        return logits;
      }
      int classes = logits.length / input.samples();
      int count = input.samples() + rejected.size();
      float[] all = new float[count * classes];
      Arrays.fill(all, Float.NaN);
      int row = 0;
      for (int image = 0; image < count; image++) {
        if (!rejected.containsKey(image)) {
          System.arraycopy(logits, classes * row, all, classes * image, classes);
          row++;
        }
      }
      return all;
    }
  }

  /** Estimates what {@link #prepare} would take now; zero before the first measurement. */
  Duration expected(List<byte[]> encoded) {
    return times.of(encoded, gate.waiting(), gate.decoders());
  }

  String jpegDecoder() {
    return decoder.jpegDecoder();
  }

  /**
   * A bad image is rejected alone.
   *
   * @throws ServiceException {@code TOO_LARGE} if there are too many
   * @throws ServiceException that of the first image, if all are bad
   */
  Prepared prepare(Call call, ServedModel served, List<byte[]> encoded) {
    Preprocessing preprocessing = served.manifest().preprocessing();
    int bytes = InputKind.IMAGES.sampleBytes(preprocessing.height(), preprocessing.width());
    long maxImages = Math.max(1, Math.min(maxInputBytes, Integer.MAX_VALUE) / bytes);
    if (encoded.size() > maxImages) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE,
          "expected at most %d images for %s in one request, got %d"
              .formatted(maxImages, served.id(), encoded.size()));
    }
    ByteBuffer pixels = ByteBuffer.allocate(bytes * encoded.size()).order(ByteOrder.nativeOrder());
    SortedMap<Integer, ServiceException> rejected =
        gate.pass(call, () -> decode(call, preprocessing, encoded, pixels));
    int good = encoded.size() - rejected.size();
    if (good == 0) {
      throw rejected.get(0);
    }
    return new Prepared(new ModelInput(InputKind.IMAGES, good, pixels.flip()), rejected);
  }

  private SortedMap<Integer, ServiceException> decode(
      Call call, Preprocessing preprocessing, List<byte[]> encoded, ByteBuffer pixels) {
    SortedMap<Integer, ServiceException> rejected = new TreeMap<>();
    long begun = call.nanos();
    for (int image = 0; image < encoded.size(); image++) {
      call.requireClient(); // it may disconnect between two of many
      byte[] file = encoded.get(image);
      long started = call.nanos();
      try {
        RgbImage decoded = call.time(Stage.DECODE, () -> decoder.decodeFor(preprocessing, file));
        call.time(Stage.PREPROCESS, () -> pixels.put(preprocessing.apply(decoded).rgb()));
        times.file(file, call.nanos() - started);
      } catch (ServiceException e) {
        rejected.put(image, e);
      }
    }
    times.request(call.nanos() - begun);
    return rejected;
  }
}
