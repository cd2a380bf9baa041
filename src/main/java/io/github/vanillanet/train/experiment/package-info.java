/**
 * Experiments of the VanillaNet paper: their configurations, statistics and verdicts. They train
 * networks in folders of jobs and publish nothing.
 *
 * <p>May import base, model and the packages of train below.
 */
package io.github.vanillanet.train.experiment;
