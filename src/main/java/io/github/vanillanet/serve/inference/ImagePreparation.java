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
import io.github.vanillanet.serve.scheduler.MovingAverage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;

/**
 * Decodes, resizes and crops the images of one request, and estimates how long that takes.
 *
 * <p>Limits how many requests decode at once: there are many more request threads than processors,
 * and the lanes need some of these. First come, first served. Unlike with a semaphore, another
 * thread can cancel a waiting request, and it leaves the line at once. Thread-safe.
 */
final class ImagePreparation {

  private final ImageDecoder decoder;
  private final long maxInputBytes;
  private final int decoders;
  private final Ticker ticker;

  private final Queue<CompletableFuture<Void>> line = new ArrayDeque<>(); // guarded by this
  private int free; // guarded by this; 0 while the line is not empty

  /** What earlier files took, by the first byte, which identifies the format. */
  private final ConcurrentMap<Byte, MovingAverage> nanosPerByte = new ConcurrentHashMap<>();

  private final MovingAverage request;

  /**
   * @param maxInputBytes limit on the decoded pixels of one request in bytes
   * @param decoders requests that may decode at once
   */
  ImagePreparation(ImageDecoder decoder, long maxInputBytes, int decoders, Ticker ticker) {
    this.decoder = decoder;
    this.maxInputBytes = maxInputBytes;
    this.decoders = decoders;
    this.ticker = ticker;
    this.free = decoders;
    this.request = new MovingAverage(ticker);
  }

  /** Requests in the line; one that was cancelled is counted until its thread notices. */
  synchronized int waiting() {
    return line.size();
  }

  /**
   * Estimates what {@link #prepare} would take now. A format without a measurement counts as zero.
   *
   * @param ahead requests that are served first
   */
  Duration expected(List<byte[]> encoded, int ahead) {
    double nanos = ahead == 0 ? 0 : request.nanos() * ahead / decoders;
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
   * @param rejected receives the invalid images by index, with the reason
   * @throws ServiceException {@code TOO_LARGE} if there are too many images
   * @throws ServiceException the failure of the first image, if all are invalid
   */
  ModelInput prepare(
      Call call,
      ServedModel served,
      List<byte[]> encoded,
      SortedMap<Integer, ServiceException> rejected) {
    int bytes = served.imageBytes();
    int images = encoded.size();
    long maxImages = Math.max(1, Math.min(maxInputBytes, Integer.MAX_VALUE) / bytes);
    if (images > maxImages) {
      throw TOO_LARGE.error(
          "expected at most %d images for %s in one request, got %d",
          maxImages, served.id(), images);
    }
    ByteBuffer pixels = ByteBuffer.allocate(bytes * images).order(ByteOrder.nativeOrder());
    withPermit(call, () -> decode(call, served.preprocessing(), encoded, pixels, rejected));
    int good = images - rejected.size();
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
    long begun = ticker.nanos();
    long started = begun;
    for (int image = 0; image < encoded.size(); image++) {
      call.requireClient(); // the client may disconnect between two images
      byte[] file = encoded.get(image);
      try {
        RgbImage decoded = call.time(Stage.DECODE, () -> decoder.decodeFor(preprocessing, file));
        call.time(Stage.PREPROCESS, () -> pixels.put(preprocessing.apply(decoded).rgb()));
        long ended = ticker.nanos();
        learnFile(file, ended - started);
        started = ended;
      } catch (ServiceException e) {
        rejected.put(image, e);
        started = ticker.nanos();
      }
    }
    learnRequest(started - begun);
  }

  /** A file was decoded, resized and cropped in {@code nanos}. */
  void learnFile(byte[] encoded, long nanos) {
    nanosPerByte
        .computeIfAbsent(encoded[0], format -> new MovingAverage(ticker))
        .add((double) nanos / encoded.length);
  }

  /** All files of a request took {@code nanos}. */
  void learnRequest(long nanos) {
    request.add(nanos);
  }

  /**
   * Waits for a permit, as part of the stage {@code QUEUE}, and does the work.
   *
   * @throws ServiceException as {@link Call#await}; {@code work} itself checks for a client that
   *     disconnects before or after
   */
  void withPermit(Call call, Runnable work) {
    CompletableFuture<Void> permit = requestPermit();
    if (!permit.isDone()) {
      call.time(Stage.QUEUE, () -> await(call, permit));
    }
    try {
      work.run();
    } finally {
      release();
    }
  }

  private Void await(Call call, CompletableFuture<Void> permit) {
    try {
      return call.await(permit, "a decoder was free");
    } catch (ServiceException e) {
      withdraw(permit);
      throw e;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a permit never fails", e);
    }
  }

  /** Completes when its caller has a permit, which may be now. */
  synchronized CompletableFuture<Void> requestPermit() {
    CompletableFuture<Void> permit = new CompletableFuture<>();
    if (free > 0) {
      free--;
      permit.complete(null);
    } else {
      line.add(permit);
    }
    return permit;
  }

  /** Leaves the line. A permit that was granted meanwhile goes to the next in line. */
  void withdraw(CompletableFuture<Void> permit) {
    permit.cancel(false);
    synchronized (this) {
      line.remove(permit);
    }
    if (!permit.isCancelled()) {
      release();
    }
  }

  /** Returns a permit. */
  synchronized void release() {
    CompletableFuture<Void> next = line.poll();
    while (next != null && !next.complete(null)) { // cancelled, but not yet removed by its thread
      next = line.poll();
    }
    if (next == null) {
      free++;
    }
  }
}
