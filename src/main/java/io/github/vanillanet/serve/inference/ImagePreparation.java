package io.github.vanillanet.serve.inference;

import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;
import static io.github.vanillanet.base.error.ErrorCode.UNDECODABLE_IMAGE;
import static io.github.vanillanet.base.error.ErrorCode.UNSUPPORTED_IMAGE;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.image.EncodedImage;
import io.github.vanillanet.base.image.ImageDecoder;
import io.github.vanillanet.base.image.PictureOptions;
import io.github.vanillanet.base.image.PictureRules;
import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.base.image.RgbImage;
import io.github.vanillanet.base.timing.Ticker;
import io.github.vanillanet.model.engine.InputKind;
import io.github.vanillanet.serve.metrics.ServingMetrics;
import io.github.vanillanet.serve.metrics.Stage;
import io.github.vanillanet.serve.registry.ServedModel;
import io.github.vanillanet.serve.scheduler.ModelInput;
import io.github.vanillanet.serve.scheduler.MovingAverage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;

/**
 * Decodes, resizes and crops the images of one request, and estimates how long that takes.
 *
 * <p>Limits how many images are decoded at once: there are many more request threads than
 * processors, and the lanes need some of these. Slow images, whose estimate is above a quarter of a
 * second, have a line and permits of their own, for half of the processors. Ordinary images
 * therefore never wait for them, and share the processors with them at worst. In each line, images
 * with little work pass those with much. A thread holds at most one permit, so the lines cannot
 * block each other. Thread-safe.
 */
final class ImagePreparation {

  private static final Set<ErrorCode> FAULTS_OF_AN_IMAGE =
      EnumSet.of(TOO_LARGE, UNSUPPORTED_IMAGE, UNDECODABLE_IMAGE);

  private static final long SLOW_NANOS = 250_000_000;

  /** Photos have at least three quarters of a bit per pixel. */
  private static final int MOST_COMPRESSION = 32;

  private final ImageDecoder decoder;
  private final long maxInputBytes;
  private final Ticker ticker;
  final DecodeLine ordinary;
  final DecodeLine slow;

  /** What earlier files took, by the first byte, which identifies the format. */
  private final ConcurrentMap<Byte, MovingAverage> nanosPerByte = new ConcurrentHashMap<>();

  private final MovingAverage perImage;

  /** The rules of each preprocessing that was served, after the settings. */
  private final ConcurrentMap<Preprocessing, PictureRules> rules = new ConcurrentHashMap<>();

  /**
   * @param maxInputBytes limit on the decoded pixels of one request in bytes
   * @param decoders ordinary images that may be decoded at once
   */
  ImagePreparation(ImageDecoder decoder, long maxInputBytes, int decoders, Ticker ticker) {
    this.decoder = decoder;
    this.maxInputBytes = maxInputBytes;
    this.ticker = ticker;
    this.perImage = new MovingAverage(ticker);
    int processors = Runtime.getRuntime().availableProcessors();
    this.ordinary = new DecodeLine(decoders);
    this.slow = new DecodeLine(Math.max(1, Math.min(decoders, processors) / 2));
  }

  /** Registers the metrics of both lines. */
  void measure(ServingMetrics metrics) {
    metrics.decoders("ordinary", ordinary.permits, ordinary::busySeconds);
    metrics.decoders("slow", slow.permits, slow::busySeconds);
  }

  /**
   * Estimates what {@link #prepare} would take now. Images of other requests that are in the line
   * alternate with those of this request. A format without a measurement counts as zero.
   */
  Duration expected(List<byte[]> encoded) {
    int ahead;
    synchronized (ordinary) {
      ahead = ordinary.waiting.size();
    }
    double nanos = ahead == 0 ? 0 : perImage.nanos() * ahead * encoded.size() / ordinary.permits;
    for (byte[] file : encoded) {
      MovingAverage rate = file.length == 0 ? null : nanosPerByte.get(file[0]);
      nanos += rate == null ? 0 : rate.nanos() * file.length;
    }
    return Duration.ofNanos(Math.round(nanos));
  }

  String jpegDecoder() {
    return decoder.jpegDecoder();
  }

  /**
   * Prepares the valid images in order.
   *
   * @param partial whether to prepare the valid images if others are invalid
   * @param rejected receives the invalid images by index, with the reason
   * @throws ServiceException {@code TOO_LARGE} if there are too many images
   * @throws ServiceException the failure of the first image, if all are invalid
   * @throws ServiceException {@code UNDECODABLE_IMAGE} with the index of the first invalid image of
   *     several, unless {@code partial}
   */
  ModelInput prepare(
      Call call,
      ServedModel served,
      List<byte[]> encoded,
      boolean partial,
      SortedMap<Integer, ServiceException> rejected) {
    int bytes = served.imageBytes();
    int images = encoded.size();
    long maxImages = Math.max(1, Math.min(maxInputBytes, Integer.MAX_VALUE) / bytes);
    if (images > maxImages) {
      throw TOO_LARGE.error(
          "expected at most %d images for %s in one request, got %d",
          maxImages, served.id(), images);
    }
    PictureRules rules = this.rules.computeIfAbsent(served.preprocessing(), decoder::rules);
    if (call.pictures != PictureOptions.NONE) {
      rules = call.pictures.apply(rules);
    }
    ByteBuffer pixels = ByteBuffer.allocate(bytes * images).order(ByteOrder.nativeOrder());
    for (int image = 0; image < images; image++) {
      call.requireClient(); // the client may disconnect between two images
      byte[] file = encoded.get(image);
      try {
        decode(call, served.preprocessing(), rules, image, file, pixels);
      } catch (ServiceException e) {
        if (!FAULTS_OF_AN_IMAGE.contains(e.code())) {
          throw e;
        }
        rejected.put(image, e);
      }
    }
    int good = images - rejected.size();
    if (good < images && images > 1 && !partial) {
      int first = rejected.firstKey();
      throw UNDECODABLE_IMAGE.error("image %d: %s", first, rejected.get(first).getMessage());
    } else if (good == 0) {
      throw rejected.get(0);
    }
    return new ModelInput(InputKind.IMAGES, good, pixels.flip());
  }

  private void decode(
      Call call,
      Preprocessing preprocessing,
      PictureRules rules,
      int image,
      byte[] file,
      ByteBuffer pixels) {
    EncodedImage opened = decoder.open(file, rules);
    long nanos = opened.nanos();
    boolean slowly = nanos > SLOW_NANOS;
    withPermit(
        call,
        slowly ? slow : ordinary,
        nanos,
        () -> {
          long started = ticker.nanos();
          RgbImage decoded =
              call.time(
                  Stage.DECODE,
                  () ->
                      decoder.decodeFor(
                          preprocessing,
                          opened,
                          call::requireWanted,
                          reason -> call.inexact.put(image, reason)));
          call.time(
              Stage.PREPROCESS,
              () -> pixels.put(preprocessing.apply(decoded, opened.orientation()).rgb()));
          if (!slowly) {
            learn(file, decoded.rgb().length, ticker.nanos() - started);
          }
        });
  }

  /**
   * An image was decoded, resized and cropped. Only the rate of photos is learned: a single flat
   * picture of a few bytes would make every photo seem slow.
   *
   * @param decodedBytes of its pixels
   */
  void learn(byte[] encoded, int decodedBytes, long nanos) {
    perImage.add(nanos);
    if (encoded.length >= decodedBytes / MOST_COMPRESSION) {
      nanosPerByte
          .computeIfAbsent(encoded[0], format -> new MovingAverage(ticker))
          .add((double) nanos / encoded.length);
    }
  }

  /**
   * Waits for a permit, as part of the stage {@code QUEUE}, and does the work.
   *
   * @param nanos estimate of the work
   * @throws ServiceException as {@link Call#await}
   */
  void withPermit(Call call, DecodeLine line, long nanos, Runnable work) {
    CompletableFuture<Void> permit = requestPermit(line, nanos);
    if (!permit.isDone()) {
      call.time(Stage.QUEUE, () -> await(call, line, permit));
    }
    long started = ticker.nanos();
    try {
      work.run();
    } finally {
      release(line, ticker.nanos() - started);
    }
  }

  private Void await(Call call, DecodeLine line, CompletableFuture<Void> permit) {
    try {
      return call.await(permit, "a decoder was free");
    } catch (ServiceException e) {
      line.withdraw(permit);
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a permit never fails", e);
    }
  }

  /** Completes when the caller has a permit for work of about {@code nanos}; this may be now. */
  CompletableFuture<Void> requestPermit(DecodeLine line, long nanos) {
    CompletableFuture<Void> permit = new CompletableFuture<>();
    synchronized (line) {
      if (line.free > 0) {
        line.free--;
        permit.complete(null);
      } else {
        long due = ticker.nanos() + DecodeLine.WORK_WEIGHT * nanos;
        line.waiting.add(new DecodeLine.Waiting(due, line.requests++, permit));
      }
    }
    return permit;
  }

  /**
   * Returns a permit.
   *
   * @param nanos how long it was held
   */
  static void release(DecodeLine line, long nanos) {
    synchronized (line) {
      line.busyNanos += nanos;
      DecodeLine.Waiting next = line.waiting.poll();
      while (next != null
          && !next.permit().complete(null)) { // cancelled, not yet removed by its thread
        next = line.waiting.poll();
      }
      if (next == null) {
        line.free++;
      }
    }
  }
}
