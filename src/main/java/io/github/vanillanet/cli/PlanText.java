package io.github.vanillanet.cli;

import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.train.dataset.ImageSizes;
import io.github.vanillanet.train.look.Measured;
import io.github.vanillanet.train.look.Plan;
import io.github.vanillanet.train.look.RecipeChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** A plan as lines of text. */
final class PlanText {

  private static final double GIGABYTE = 1e9;

  private PlanText() {}

  static List<String> lines(Plan plan) {
    List<String> lines = new ArrayList<>();
    lines.add("splits");
    for (Plan.SplitPlan split : plan.splits()) {
      lines.add(text("  %-10s %7d images from %s", split.split(), split.images(), split.source()));
    }
    lines.add(text("classes (training, validation, test)"));
    for (Plan.ClassPlan it : plan.classes()) {
      lines.add(text("  %7d %7d %7d  %s", it.training(), it.validation(), it.test(), it.name()));
    }
    ImageSizes sizes = plan.sizes();
    if (sizes.width().max() > 0) {
      lines.add("image sizes (smallest, median, largest)");
      lines.add("  width  " + range(sizes.width()));
      lines.add("  height " + range(sizes.height()));
    }
    lines.add("files left out: " + plan.dropped().size());
    lines.add("findings: " + plan.findings().size());
    for (Plan.FindingView finding : plan.findings()) {
      lines.add(text("  %s (%d)", finding.kind().replace('_', ' '), finding.count()));
      finding.examples().forEach(example -> lines.add("    " + example));
    }
    if (plan.measured().isPresent()) {
      lines.add("recipe");
      lines.add("  " + RecordJson.write(plan.recipe()));
      new RecipeChoice(plan.recipe(), plan.reasons()).lines().forEach(it -> lines.add("  " + it));
    }
    plan.measured().ifPresent(measured -> measured(measured, plan.estimate(), lines));
    lines.add("objections: " + plan.objections().size());
    plan.objections().forEach(objection -> lines.add("  " + objection));
    return lines;
  }

  private static void measured(
      Measured measured, Optional<Plan.Estimate> estimate, List<String> lines) {
    lines.add(
        text(
            "measured steps (%s; memory limit %s)",
            measured.end().name().toLowerCase(Locale.ROOT),
            bytes(OptionalLong.of(measured.memoryLimitBytes()))));
    for (Measured.Step step : measured.steps()) {
      lines.add(
          text(
              "  batch %5d  %8.3f s  %s",
              step.batchSize(), step.seconds(), bytes(step.peakMemoryBytes())));
    }
    estimate.ifPresent(
        it ->
            lines.add(
                text(
                    "estimate: %.1f min, %s, %.3f s per step, %d steps",
                    it.seconds() / 60, bytes(it.memoryBytes()), it.secondsPerStep(), it.steps())));
  }

  private static String range(ImageSizes.Range range) {
    return text("%d, %d, %d", range.min(), range.median(), range.max());
  }

  private static String bytes(OptionalLong bytes) {
    return bytes.isPresent()
        ? text("%.2f GB", bytes.getAsLong() / GIGABYTE)
        : "memory is not measured";
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
