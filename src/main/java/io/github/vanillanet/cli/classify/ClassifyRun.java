package io.github.vanillanet.cli.classify;

import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;
import static io.github.vanillanet.base.error.ErrorCode.UNDECODABLE_IMAGE;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.RecordJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Classifies files and folders, and passes on one result for each file, in the order in which the
 * files were found. Keeps only the files in memory that are being classified, and a few results.
 * One thread.
 */
public final class ClassifyRun implements AutoCloseable {

  /** Receives the result of each file. */
  public interface Results {

    /** Whether the result of a file is already known. */
    boolean has(String file);

    /** Whether a file is the one that the results are written to. */
    boolean isOutput(Path file) throws IOException;

    /**
     * @param result an answer, or a failure with {@code code} and {@code error}
     */
    void accept(String file, ObjectNode result) throws IOException;
  }

  private static final int FILES_PER_THREAD = 4;

  private record Pending(String file, Future<ObjectNode> result) {}

  private final ImageClassifier classifier;
  private final Results results;
  private final int maxFileBytes;
  private final int window;
  private final ExecutorService workers;
  private final Deque<Pending> pending = new ArrayDeque<>();

  /**
   * @param concurrency images that are classified at the same time
   * @param maxFileBytes larger files are rejected
   */
  public ClassifyRun(
      ImageClassifier classifier, Results results, int concurrency, int maxFileBytes) {
    this.classifier = classifier;
    this.results = results;
    this.maxFileBytes = maxFileBytes;
    this.window = FILES_PER_THREAD * concurrency;
    this.workers =
        Executors.newFixedThreadPool(
            concurrency,
            work -> {
              Thread thread = new Thread(work, "classify");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Classifies a file, or all files of a folder and its folders; hidden ones are left out. */
  public void add(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      found(root);
      return;
    }
    Files.walkFileTree(
        root,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return isHidden(folder) && !folder.equals(root)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!isHidden(file)) {
              found(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException reason) throws IOException {
            if (!(reason instanceof FileSystemLoopException)) { // a link to an outer folder
              found(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static boolean isHidden(Path path) {
    Path name = path.getFileName();
    return name != null && name.toString().startsWith(".");
  }

  private void found(Path file) throws IOException {
    if (Files.exists(file) && results.isOutput(file)) {
      return;
    }
    submit(
        file.toString(),
        () -> {
          if (Files.exists(file) && !Files.isRegularFile(file)) { // a pipe would never end
            throw UNDECODABLE_IMAGE.error("expected a file, found a folder or a device");
          }
          return Files.newInputStream(file);
        });
  }

  /** Where the bytes of an image come from. */
  public interface Source {
    InputStream open() throws IOException;
  }

  /** Classifies one image. Waits while as many as allowed are being classified. */
  public void submit(String name, Source source) throws IOException {
    if (results.has(name)) {
      return;
    }
    if (pending.size() == window) {
      passOnOldest();
    }
    pending.add(new Pending(name, workers.submit(() -> classifier.classify(read(source)))));
  }

  private byte[] read(Source source) {
    try (InputStream in = source.open()) {
      byte[] bytes = in.readNBytes(maxFileBytes);
      if (in.read() >= 0) {
        throw TOO_LARGE.error(
            "expected at most %d bytes (vanillanet.max-image-body)", maxFileBytes);
      }
      return bytes;
    } catch (IOException e) {
      throw UNDECODABLE_IMAGE.error(e, "it cannot be read: %s", e);
    }
  }

  /** Waits for all results. */
  public void finish() throws IOException {
    while (!pending.isEmpty()) {
      passOnOldest();
    }
  }

  private void passOnOldest() throws IOException {
    Pending oldest = pending.remove();
    results.accept(oldest.file(), result(oldest.result()));
  }

  private static ObjectNode result(Future<ObjectNode> result) {
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ServiceException failure
          && ImageClassifier.OF_ONE_IMAGE.contains(failure.code())) {
        return RecordJson.tree(
            Map.of("code", failure.code().name(), "error", failure.getMessage()));
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the run was interrupted", e);
    }
  }

  /** Stops the work in progress. */
  @Override
  public void close() {
    workers.shutdownNow();
  }
}
