package io.github.vanillanet.train.pipeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.gate.Mistakes;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.look.Thumbnails;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The wrong answers in one cell of the confusion matrix, in the report.
 *
 * @param label true class
 * @param answer answered class
 * @param count of the images
 * @param examples with the most confident answers first
 */
record MistakesView(String label, String answer, int count, List<Example> examples) {

  /**
   * @param file relative to the data
   * @param probability of the answered class
   * @param labelProbability of the true class
   * @param thumbnail its number in the job's folder; absent if the file cannot be decoded any more
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Example(
      String file, double probability, double labelProbability, Optional<Integer> thumbnail) {}

  /**
   * Describes the mistakes and writes their thumbnails to the job's folder.
   *
   * @param root of the data
   */
  static List<MistakesView> write(
      List<Mistakes> mistakes,
      List<String> labels,
      Path root,
      Thumbnails thumbnails,
      JobFolder folder) {
    List<byte[]> jpegs = new ArrayList<>();
    List<MistakesView> views = new ArrayList<>();
    for (Mistakes cell : mistakes) {
      List<Example> examples = new ArrayList<>();
      for (Mistakes.Example example : cell.examples()) {
        Sample sample = example.sample();
        Optional<byte[]> jpeg = thumbnails.jpeg(sample);
        examples.add(
            new Example(
                root.relativize(sample.file()).toString(),
                example.probability(),
                example.labelProbability(),
                jpeg.map(bytes -> jpegs.size())));
        jpeg.ifPresent(jpegs::add);
      }
      views.add(
          new MistakesView(
              labels.get(cell.label()), labels.get(cell.answer()), cell.count(), examples));
    }
    folder.results().writeThumbnails(jpegs);
    return views;
  }
}
