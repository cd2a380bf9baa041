package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.image.ImageDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads and decodes files on threads of its own. This takes as long as an epoch's decoding. */
record FileScan(ImageDecoder decoder, int threads) {

  /**
   * @return one result for each file, in order
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  List<ScannedFile> run(List<ListedFile> files) {
    AtomicInteger number = new AtomicInteger();
    ExecutorService workers =
        Executors.newFixedThreadPool(
            threads, work -> new Thread(work, "file-scan-" + number.incrementAndGet()));
    try {
      List<Callable<ScannedFile>> tasks = new ArrayList<>();
      files.forEach(file -> tasks.add(() -> ScannedFile.read(file, decoder)));
      List<ScannedFile> scanned = new ArrayList<>();
      for (Future<ScannedFile> result : workers.invokeAll(tasks)) {
        scanned.add(result.get());
      }
      return scanned;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while scanning the data");
    } catch (ExecutionException e) { // the tasks handle the faults of files
      throw new IllegalStateException("scanning the data failed", e.getCause());
    } finally {
      workers.shutdownNow();
    }
  }
}
