/**
 * Labelled images as training batches.
 *
 * <ol>
 *   <li>{@link io.github.vanillanet.train.dataset.UploadedArchive} unpacks an uploaded zip.
 *   <li>{@link io.github.vanillanet.train.dataset.Layout} finds the labelled files of a folder.
 *   <li>{@link io.github.vanillanet.train.dataset.ImageFolder} reads them, removes copies, and
 *       reports every problem before training starts.
 *   <li>{@link io.github.vanillanet.train.dataset.SampleReader} decodes the images.
 *   <li>{@link io.github.vanillanet.train.dataset.Augmentation} applies the official training
 *       transform.
 *   <li>{@link io.github.vanillanet.train.dataset.FolderBatches} prepares the batches ahead of the
 *       training loop, on its own threads.
 * </ol>
 *
 * <p>Every random draw is a function of (seed, epoch, index), see {@link
 * io.github.vanillanet.train.dataset.RandomStreams}. The batches are therefore the same with any
 * number of threads and after any resume. Allowed imports: {@code base} and Jackson's reader of CSV
 * files.
 */
package io.github.vanillanet.train.dataset;
