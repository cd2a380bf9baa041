package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.train.dataset.FolderBatches;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.loop.Recipe;
import io.github.vanillanet.train.loop.Stage;
import io.github.vanillanet.train.loop.StageData;
import java.util.ArrayList;
import java.util.List;

/**
 * The batches of each stage. All stages share the readers, whose caches hold one input size at a
 * time.
 *
 * @param loaders threads that decode and augment
 */
record StageSources(
    Recipe recipe, int classes, SampleReader training, SampleReader validation, int loaders) {

  private static final int EVALUATION_BATCH = 64;

  List<StageData> all() {
    List<StageData> sources = new ArrayList<>();
    int epochs = 0;
    for (Stage stage : recipe.plan()) {
      epochs += stage.epochs();
      ImagePreparation images = ImagePreparation.of(recipe, stage.inputSize());
      sources.add(
          new StageData(
              FolderBatches.training(
                  training,
                  images.augmentation(),
                  recipe.imagesPerStep(stage),
                  loaders,
                  recipe.seed(),
                  epochs,
                  classes,
                  recipe.balance()),
              FolderBatches.evaluation(
                  validation, images.preprocessing(), EVALUATION_BATCH, loaders, classes)));
    }
    return sources;
  }
}
