package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.scheduler.MovingAverage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Estimates the time to decode images from the times of earlier ones: a rate per byte for each file
 * format, which the first byte identifies. Thread-safe.
 */
final class PreparationTime {

  private final Ticker ticker;
  private final ConcurrentMap<Byte, MovingAverage> nanosPerByte = new ConcurrentHashMap<>();
  private final MovingAverage request;

  PreparationTime(Ticker ticker) {
    this.ticker = ticker;
    this.request = new MovingAverage(ticker);
  }

  /** Records one file that was decoded, resized and cropped. */
  void file(byte[] encoded, long nanos) {
    nanosPerByte
        .computeIfAbsent(encoded[0], format -> new MovingAverage(ticker))
        .add((double) nanos / encoded.length);
  }

  /** Records all files of a request. */
  void request(long nanos) {
    request.add(nanos);
  }

  /**
   * The estimate for the files of a request; a format without a measurement counts as zero.
   *
   * @param ahead requests that are served first
   * @param decoders that these share
   */
  Duration of(List<byte[]> encoded, int ahead, int decoders) {
    double nanos = ahead == 0 ? 0 : request.nanos() * ahead / decoders;
    for (byte[] file : encoded) {
      MovingAverage rate = file.length == 0 ? null : nanosPerByte.get(file[0]);
      nanos += rate == null ? 0 : rate.nanos() * file.length;
    }
    return Duration.ofNanos(Math.round(nanos));
  }
}
