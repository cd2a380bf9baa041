package io.github.vanillanet.train.look;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.vanillanet.train.dataset.Dropped;
import io.github.vanillanet.train.dataset.Finding;
import io.github.vanillanet.train.dataset.ImageFolder;
import io.github.vanillanet.train.dataset.ImageSizes;
import io.github.vanillanet.train.dataset.Sample;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The result of a dry run, {@code plan.json}.
 *
 * @param classes in the order of the logits
 * @param splits with images
 * @param findings problems of the data, fatal ones first
 * @param dropped every file that is not used
 * @param recipe with every member
 * @param reasons why a chosen member of the recipe has its value
 * @param measured absent if the data has a fatal finding
 * @param estimate absent without measured steps, or if there are too few images for a step
 * @param augmented random changes of some training images; empty if nothing was measured
 * @param objections that stop the training; empty if it can start
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record Plan(
    List<ClassPlan> classes,
    List<SplitPlan> splits,
    List<FindingView> findings,
    List<Dropped> dropped,
    ImageSizes sizes,
    Recipe recipe,
    Map<String, String> reasons,
    Machine machine,
    Optional<Measured> measured,
    Optional<Estimate> estimate,
    List<Augmented> augmented,
    List<String> objections) {

  /** Evaluation has no backward pass. */
  private static final double EVALUATION_SHARE = 1 / 3.0;

  /**
   * @param thumbnails their numbers in the job's folder
   */
  public record ClassPlan(
      String name, int training, int validation, int test, List<Integer> thumbnails) {}

  /**
   * What the augmentation of the recipe makes of one training image.
   *
   * @param file path in the data
   * @param original number of the unchanged image in the job's folder
   * @param thumbnails numbers of its random changes
   */
  public record Augmented(String file, int original, List<Integer> thumbnails) {}

  /**
   * @param source the folder, the table, or the split that the images come from
   */
  public record SplitPlan(String split, int images, String source) {}

  /**
   * @param fatal whether it stops a training
   */
  public record FindingView(String kind, boolean fatal, int count, List<String> examples) {

    static FindingView of(Finding finding) {
      return new FindingView(
          finding.kind().name().toLowerCase(Locale.ROOT),
          finding.kind().fatal(),
          finding.count(),
          finding.examples());
    }
  }

  /**
   * What the whole training needs.
   *
   * @param steps of the optimizer, in all epochs
   * @param secondsPerStep in the stage with the most pixels in a forward pass
   * @param seconds of all steps and of the evaluations after each epoch
   * @param memoryBytes of the process; absent if the system does not report it
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  public record Estimate(
      long steps, double secondsPerStep, double seconds, OptionalLong memoryBytes) {

    static Estimate of(Recipe recipe, DataFacts data, Measured measured) {
      Stage heaviest = recipe.heaviest();
      double perPixel =
          measured.seconds(heaviest.batchSize())
              / heaviest.batchSize()
              / Math.pow(heaviest.inputSize(), 2);
      boolean averages = recipe.emaDecay() > 0;
      long steps = 0;
      double seconds = 0;
      for (Stage stage : recipe.plan()) {
        int perEpoch = data.trainingImages() / recipe.imagesPerStep(stage);
        int perStep = recipe.imagesPerStep(stage);
        int calibration = averages ? Math.min(recipe.emaBatches(), perEpoch) * perStep : 0;
        int evaluated = (averages ? 2 : 1) * data.validationImages() + calibration;
        double images = (double) perEpoch * perStep + EVALUATION_SHARE * evaluated;
        steps += (long) stage.epochs() * perEpoch;
        seconds += stage.epochs() * images * perPixel * Math.pow(stage.inputSize(), 2);
      }
      return new Estimate(
          steps,
          recipe.accumulationSteps() * measured.seconds(heaviest.batchSize()),
          seconds,
          measured.memoryBytes(heaviest.batchSize()));
    }
  }

  public Plan {
    classes = List.copyOf(classes);
    splits = List.copyOf(splits);
    findings = List.copyOf(findings);
    reasons = Map.copyOf(reasons);
    dropped = List.copyOf(dropped);
    augmented = List.copyOf(augmented);
    objections = List.copyOf(objections);
  }

  /**
   * @param gate objections of the gate that are known before the training
   * @param thumbnails how many each class has; they are numbered in the order of the classes
   */
  public static Plan of(
      ImageFolder data,
      List<String> gate,
      RecipeChoice choice,
      Machine machine,
      Optional<Measured> measured,
      List<Integer> thumbnails,
      List<Augmented> augmented) {
    DataFacts facts = DataFacts.of(data);
    Recipe recipe = choice.recipe();
    boolean fits = Objections.mostImages(recipe) <= data.training().size();
    List<String> objections =
        new ArrayList<>(data.objections().stream().map(Finding::toString).toList());
    if (objections.isEmpty()) {
      objections.addAll(gate);
      objections.addAll(Objections.of(recipe, facts, measured));
    }
    return new Plan(
        classes(data, thumbnails),
        splits(data),
        data.findings().stream().map(FindingView::of).toList(),
        data.dropped(),
        data.sizes(),
        recipe,
        choice.reasons(),
        machine,
        measured,
        measured.filter(it -> fits).map(it -> Estimate.of(recipe, facts, it)),
        augmented,
        objections);
  }

  private static List<ClassPlan> classes(ImageFolder data, List<Integer> thumbnails) {
    List<ClassPlan> classes = new ArrayList<>();
    int number = 0;
    for (int label = 0; label < data.classNames().size(); label++) {
      int next = number + thumbnails.get(label);
      classes.add(
          new ClassPlan(
              data.classNames().get(label),
              count(data.training(), label),
              count(data.validation(), label),
              count(data.test(), label),
              IntStream.range(number, next).boxed().toList()));
      number = next;
    }
    return classes;
  }

  private static int count(List<Sample> samples, int label) {
    return (int) samples.stream().filter(sample -> sample.label() == label).count();
  }

  private static List<SplitPlan> splits(ImageFolder data) {
    Map<String, Integer> images =
        Map.of(
            "training", data.training().size(),
            "validation", data.validation().size(),
            "test", data.test().size());
    return data.sources().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            source ->
                new SplitPlan(
                    source.getKey().label(),
                    images.get(source.getKey().label()),
                    source.getValue()))
        .toList();
  }
}
