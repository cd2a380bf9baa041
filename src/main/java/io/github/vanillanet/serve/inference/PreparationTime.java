package io.github.vanillanet.serve.inference;

import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.serve.scheduler.MovingAverage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How long encoded images take to become pixels, learnt from those that did: a rate per byte for
 * each kind of file. Kinds are told apart by their first byte, as all formats that are decoded can
 * be, so there are never more than 256. Thread-safe.
 */
final class PreparationTime {

  private final Ticker ticker;
  private final ConcurrentMap<Byte, MovingAverage> perByte = new ConcurrentHashMap<>();
  private final MovingAverage request;

  PreparationTime(Ticker ticker) {
    this.ticker = ticker;
    this.request = new MovingAverage(ticker);
  }

  /** One file was decoded, resized and cropped. */
  void file(byte[] encoded, long nanos) {
    perByte
        .computeIfAbsent(encoded[0], kind -> new MovingAverage(ticker))
        .add((double) nanos / encoded.length);
  }

  /** All files of a request were. */
  void request(long nanos) {
    request.add(nanos);
  }

  /** What the files of a request will take; nothing for kinds that were never seen. */
  Duration of(List<byte[]> encoded) {
    double nanos = 0;
    for (byte[] file : encoded) {
      MovingAverage rate = file.length == 0 ? null : perByte.get(file[0]);
      nanos += rate == null ? 0 : rate.nanos() * file.length;
    }
    return Duration.ofNanos(Math.round(nanos));
  }

  /** What so many requests take that share {@code decoders}. */
  Duration ahead(int requests, int decoders) {
    return Duration.ofNanos(Math.round(request.nanos() * requests / decoders));
  }
}
