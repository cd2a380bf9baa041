/**
 * Jobs as Kubernetes Jobs: each training runs in its own pod on its own GPU. The service creates,
 * deletes and observes Jobs; all other information passes through the job's folder on a shared
 * volume. {@link io.github.vanillanet.train.cluster.KubernetesExecutor} is the entry point, {@link
 * io.github.vanillanet.train.cluster.TrainingJob} builds the Job, {@link
 * io.github.vanillanet.train.cluster.PodReport} interprets its pod. May import {@code base}, {@code
 * train.jobs}, Jackson and the fabric8 client, which no other package uses.
 */
package io.github.vanillanet.train.cluster;
