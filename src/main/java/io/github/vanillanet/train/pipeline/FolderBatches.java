package io.github.vanillanet.train.pipeline;

import io.github.vanillanet.base.image.Preprocessing;
import io.github.vanillanet.train.dataset.Augmentation;
import io.github.vanillanet.train.dataset.BatchLoader;
import io.github.vanillanet.train.dataset.LabelledBatch;
import io.github.vanillanet.train.dataset.LoaderSettings;
import io.github.vanillanet.train.dataset.Position;
import io.github.vanillanet.train.dataset.SampleReader;
import io.github.vanillanet.train.loop.Batch;
import io.github.vanillanet.train.loop.BatchSource;
import java.util.Optional;
import java.util.function.BiFunction;

/** Batches of an image folder, as the training loop draws them. */
final class FolderBatches implements BatchSource {

  private final int batches;
  private final int classes;
  private final BiFunction<Integer, Integer, BatchLoader> loaders;

  private FolderBatches(
      int batches, int classes, BiFunction<Integer, Integer, BatchLoader> loaders) {
    this.batches = batches;
    this.classes = classes;
    this.loaders = loaders;
  }

  /** Shuffled and augmented, epoch after epoch. */
  static BatchSource training(
      SampleReader reader,
      Augmentation augmentation,
      LoaderSettings settings,
      long seed,
      int epochs,
      int classes) {
    return new FolderBatches(
        reader.size() / settings.batchSize(),
        classes,
        (epoch, batch) ->
            BatchLoader.training(
                reader, augmentation, settings, seed, new Position(epoch, batch), epochs));
  }

  /** Each image once, as the service would see it. */
  static BatchSource evaluation(
      SampleReader reader, Preprocessing preprocessing, LoaderSettings settings, int classes) {
    int batches = (reader.size() + settings.batchSize() - 1) / settings.batchSize();
    return new FolderBatches(
        batches,
        classes,
        (epoch, batch) -> BatchLoader.evaluation(reader, preprocessing, settings));
  }

  @Override
  public int batches() {
    return batches;
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public Pass open(int epoch, int batch) {
    return new LoaderPass(loaders.apply(epoch, batch));
  }

  private record LoaderPass(BatchLoader loader) implements Pass {

    @Override
    public Optional<Batch> next() {
      return loader.next().map(LoaderPass::batch);
    }

    private static Batch batch(LabelledBatch loaded) {
      return new Batch(loaded.input(), loaded.labels());
    }

    @Override
    public void close() {
      loader.close();
    }
  }
}
