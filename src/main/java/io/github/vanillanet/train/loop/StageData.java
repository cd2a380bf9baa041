package io.github.vanillanet.train.loop;

import io.github.vanillanet.train.dataset.BatchSource;

/**
 * The data of one stage, in its input size.
 *
 * @param training batches of the stage's size; its epochs are counted over the whole training
 * @param validation evaluated after every epoch
 */
public record StageData(BatchSource training, BatchSource validation) {}
