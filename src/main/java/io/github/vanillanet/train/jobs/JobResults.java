package io.github.vanillanet.train.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a job's process writes for users.
 *
 * <table>
 *   <caption>Files</caption>
 *   <tr><td>{@code report.json}</td><td>the API shows it unchanged</td></tr>
 *   <tr><td>{@code thumbnails/}</td><td>images that the report refers to, {@code N.jpg}</td></tr>
 *   <tr><td>{@code plan.json}</td><td>result of a dry run</td></tr>
 *   <tr><td>{@code recipe.json}</td><td>recipe of a training, with reasons</td></tr>
 *   <tr><td>{@code metrics.csv}</td><td>one line per epoch</td></tr>
 * </table>
 *
 * <p>Methods throw {@link ServiceException} {@code BAD_CONFIGURATION} if a file cannot be read or
 * written. Thread-safe.
 *
 * @param path folder of the job
 */
public record JobResults(Path path) {

  private static final String REPORT = "report.json";
  private static final String THUMBNAILS = "thumbnails";
  private static final String JPEG = ".jpg";
  private static final String PLAN = "plan.json";
  private static final String RECIPE = "recipe.json";
  private static final String METRICS = "metrics.csv";

  /** Reads the report; empty if there is none, or if {@code type} cannot hold it. */
  public <T> Optional<T> readReport(Class<T> type) {
    return file(REPORT).read(type);
  }

  /**
   * @param report its members are written in snake case
   */
  public void writeReport(Object report) {
    file(REPORT).write(report);
  }

  /**
   * Replaces all thumbnails.
   *
   * @param jpegs numbered from 0
   */
  public void writeThumbnails(List<byte[]> jpegs) {
    Path folder = path.resolve(THUMBNAILS);
    try {
      FolderTree.delete(folder);
      Files.createDirectory(folder);
      for (int i = 0; i < jpegs.size(); i++) {
        Files.write(folder.resolve(i + JPEG), jpegs.get(i));
      }
    } catch (IOException e) {
      throw JobFile.unusable(folder, e);
    }
  }

  /** Reads a thumbnail; empty if there is none with this number. */
  public Optional<byte[]> readThumbnail(int number) {
    Path file = path.resolve(THUMBNAILS).resolve(number + JPEG);
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw JobFile.unusable(file, e);
    }
  }

  /** Reads the metrics of the epochs so far; empty if there are none. */
  public Optional<String> readMetrics() {
    return file(METRICS).readText();
  }

  public void writeMetrics(String table) {
    file(METRICS).writeText(table);
  }

  /** Reads the plan of a dry run; empty if there is none. */
  public Optional<JsonNode> readPlan() {
    return file(PLAN).read(JsonNode.class);
  }

  /**
   * @param plan its members are written in snake case
   */
  public void writePlan(Object plan) {
    file(PLAN).write(plan);
  }

  /** Reads the decided recipe; empty if there is none. */
  public <T> Optional<T> readRecipe(Class<T> type) {
    return file(RECIPE).read(type);
  }

  /**
   * @param recipe with the reasons for its values
   */
  public void writeRecipe(Object recipe) {
    file(RECIPE).write(recipe);
  }

  /** Replaces another file that the process writes. */
  public void writeText(String name, String content) {
    file(name).writeText(content);
  }

  /** Deletes what a training wrote. */
  void deleteOfTraining() {
    List.of(REPORT, RECIPE, METRICS).forEach(name -> file(name).delete());
  }

  private JobFile file(String name) {
    return new JobFile(path.resolve(name));
  }
}
