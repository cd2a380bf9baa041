package io.github.vanillanet.cli.classify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes the results to a file or to standard output, counts them, and shows progress. */
public final class ResultOutput implements ClassifyRun.Results, AutoCloseable {

  private static final Duration BETWEEN_STEPS = Duration.ofMillis(200);
  private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

  /**
   * Receives everything except results.
   *
   * @param line takes a line
   * @param step takes the progress, in a line that is overwritten
   * @param interactive whether steps are shown; otherwise a line is printed now and then
   */
  public record Messages(Consumer<String> line, Consumer<String> step, boolean interactive) {}

  private final Optional<ResultFile> file;
  private final PrintWriter out;
  private final ResultFormat format;
  private final int topK;
  private final Messages messages;
  private final long started = System.nanoTime();
  private long shown = started;
  private long done;
  private long failed;
  private long skipped;

  private ResultOutput(
      Optional<ResultFile> file,
      PrintWriter out,
      ResultFormat format,
      int topK,
      Messages messages) {
    this.file = file;
    this.out = out;
    this.format = format;
    this.topK = topK;
    this.messages = messages;
  }

  /** Results on standard output. */
  public static ResultOutput to(PrintWriter out, ResultFormat format, int topK, Messages messages) {
    format.head(topK).ifPresent(out::print);
    out.flush();
    return new ResultOutput(Optional.empty(), out, format, topK, messages);
  }

  /** Results in a file, see {@link ResultFile#open}. */
  public static ResultOutput toFile(
      Path path, ResultFormat format, int topK, boolean resume, Messages messages)
      throws IOException {
    ResultFile file = ResultFile.open(path, format, topK, resume);
    PrintWriter none = new PrintWriter(PrintWriter.nullWriter());
    return new ResultOutput(Optional.of(file), none, format, topK, messages);
  }

  @Override
  public boolean has(String name) {
    boolean known = file.map(results -> results.has(name)).orElse(false);
    skipped += known ? 1 : 0;
    return known;
  }

  @Override
  public boolean isOutput(Path other) throws IOException {
    return file.isPresent() && file.get().isSameFile(other);
  }

  @Override
  public void accept(String name, ObjectNode result) throws IOException {
    String line = format.line(name, result, topK);
    done++;
    if (result.has("code")) {
      failed++;
      if (format != ResultFormat.TABLE) { // a table shows it among the others
        messages.line().accept(ResultFormat.TABLE.line(name, result, topK).strip());
      }
    }
    if (file.isPresent()) {
      file.get().write(line);
    } else {
      out.print(line);
      if (out.checkError()) { // for example, head has ended
        throw new IOException("standard output is closed");
      }
    }
    show();
  }

  private void show() {
    long now = System.nanoTime();
    Duration pause = messages.interactive() ? BETWEEN_STEPS : BETWEEN_LINES;
    if (now - shown >= pause.toNanos()) {
      shown = now;
      (messages.interactive() ? messages.step() : messages.line()).accept(summary());
    }
  }

  /** What was done up to now, in one line. */
  public String summary() {
    double seconds = (System.nanoTime() - started) / 1e9;
    return String.format(
        Locale.ROOT,
        "%d files in %.1f s: %d classified, %d failed, %.1f files/s%s",
        done,
        seconds,
        done - failed,
        failed,
        done / seconds,
        skipped == 0 ? "" : ", and %d finished before".formatted(skipped));
  }

  /** The number of files with a result, those of earlier runs included. */
  public long files() {
    return done + file.map(ResultFile::results).orElse(0L);
  }

  /** The number of failures among them. */
  public long failures() {
    return failed + file.map(ResultFile::failures).orElse(0L);
  }

  @Override
  public void close() throws IOException {
    if (file.isPresent()) {
      file.get().close();
    }
  }
}
