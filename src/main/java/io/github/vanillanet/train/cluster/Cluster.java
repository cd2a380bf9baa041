package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What is asked of Kubernetes: each call is one request, of a few seconds at most. Thread-safe. */
final class Cluster implements AutoCloseable {

  /** Kubernetes sets it; the longer name is not known to clusters before 1.27. */
  private static final String JOB_NAME = "job-name";

  private static final int UNPROCESSABLE = 422;

  private final KubernetesClient client;
  private final String namespace;

  Cluster(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * Creates it, unless one of that name is there: then a lost answer was the reason to ask again.
   */
  void create(Job job) throws ClusterException {
    try {
      client.batch().v1().jobs().inNamespace(namespace).resource(job).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw failure("create", "jobs.batch", e);
      }
    }
  }

  Optional<Job> find(String name) throws ClusterException {
    return ask(
        "get",
        "jobs.batch",
        () ->
            Optional.ofNullable(
                client.batch().v1().jobs().inNamespace(namespace).withName(name).get()));
  }

  /** All attempts at a training that are still there. */
  List<Job> attempts(String id) throws ClusterException {
    return ask(
        "list",
        "jobs.batch",
        () ->
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(TrainingJob.ID_LABEL, id)
                .list()
                .getItems());
  }

  /** What the Job's pod says: there is one, or none yet, or none any more. */
  PodFinding pod(String name) throws ClusterException {
    List<Pod> pods =
        ask(
            "list",
            "pods",
            () -> client.pods().inNamespace(namespace).withLabel(JOB_NAME, name).list().getItems());
    return pods.isEmpty() ? PodFinding.noPod() : PodFinding.of(pods.get(pods.size() - 1));
  }

  /** Deletes the Job once its pods are gone; nothing happens if there is none. */
  void delete(String name) throws ClusterException {
    ask(
        "delete",
        "jobs.batch",
        () ->
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withName(name)
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete());
  }

  private <T> T ask(String verb, String resource, Supplier<T> request) throws ClusterException {
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      throw failure(verb, resource, e);
    }
  }

  private ClusterException failure(String verb, String resource, KubernetesClientException e) {
    String said =
        e.getStatus() != null && e.getStatus().getMessage() != null
            ? e.getStatus().getMessage()
            : rootOf(e).toString();
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_FORBIDDEN ->
          new ClusterException(
              "Kubernetes forbids it; the service account needs the permission to %s %s in namespace %s: %s"
                  .formatted(verb, resource, namespace, said),
              true,
              e);
      case HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_NOT_FOUND, UNPROCESSABLE ->
          new ClusterException(
              "Kubernetes refuses to %s %s: %s".formatted(verb, resource, said), true, e);
      default ->
          new ClusterException(
              "the API server at %s does not answer, tried again: %s"
                  .formatted(client.getMasterUrl(), said),
              false,
              e);
    };
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  @Override
  public void close() {
    client.close();
  }
}
