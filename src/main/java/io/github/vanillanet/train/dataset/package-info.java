/**
 * Floor 2. From a folder or an uploaded archive of labelled pictures to normalised training
 * batches, the official recipe's way.
 *
 * <p>{@link io.github.vanillanet.train.dataset.UploadedArchive} unpacks a zip safely. {@link
 * io.github.vanillanet.train.dataset.ImageFolder} scans the folder into samples and reports what is
 * wrong with it before anything is trained. {@link io.github.vanillanet.train.dataset.SampleReader}
 * decodes, {@link io.github.vanillanet.train.dataset.Augmentation} crops, flips, distorts and
 * erases, {@link io.github.vanillanet.train.dataset.BatchLoader} does both ahead of the consumer on
 * its own threads.
 *
 * <p>Every random draw is a function of (seed, epoch, index), so that the batches are the same with
 * any number of threads and from any step on. May import {@code error}, {@code image} and the JDK.
 */
package io.github.vanillanet.train.dataset;
