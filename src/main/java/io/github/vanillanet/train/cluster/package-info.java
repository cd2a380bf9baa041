/**
 * Floor 2. Jobs as Kubernetes Jobs: each training is a pod of its own, on its own GPU, beside the
 * service and not in it. {@link io.github.vanillanet.train.cluster.KubernetesExecutor} is the door;
 * {@link io.github.vanillanet.train.cluster.TrainingJob} says what is created, {@link
 * io.github.vanillanet.train.cluster.PodFinding} what a pod's state means. Only this package knows
 * fabric8's client. May import {@code error} and {@code jobs}.
 *
 * <p>All that the service and a training tell each other goes through the job's folder, on a volume
 * that both mount. The cluster is asked for two things only: to start and delete, and how it is.
 */
package io.github.vanillanet.train.cluster;
