package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.github.vanillanet.base.error.ServiceException;
import java.net.HttpURLConnection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The requests to Kubernetes. Each call takes a few seconds at most. Thread-safe. */
record Cluster(KubernetesClient client, String namespace) implements AutoCloseable {

  /** Label that Kubernetes sets. Clusters before 1.27 do not have its longer name. */
  private static final String JOB_NAME = "job-name";

  private static final int UNPROCESSABLE = 422;

  /** A failed request. The message is for an operator. */
  static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean permanent;

    Failure(String message, boolean permanent, Throwable cause) {
      super(message, cause);
      this.permanent = permanent;
    }

    /** Returns whether repeating the request cannot help. */
    boolean permanent() {
      return permanent;
    }
  }

  /** Creates a Job, unless it exists because the answer to an earlier request was lost. */
  void create(Job job) throws Failure {
    try {
      jobs().resource(job).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw failure("create", "jobs.batch", e);
      }
    }
  }

  Optional<Job> find(String name) throws Failure {
    return request("get", "jobs.batch", () -> Optional.ofNullable(jobs().withName(name).get()));
  }

  List<Job> attempts(String id) throws Failure {
    return request(
        "list", "jobs.batch", () -> jobs().withLabel(TrainingJob.ID_LABEL, id).list().getItems());
  }

  PodReport pod(String name) throws Failure {
    List<Pod> pods =
        request(
            "list",
            "pods",
            () -> client.pods().inNamespace(namespace).withLabel(JOB_NAME, name).list().getItems());
    // a Job that was suspended and resumed may have had several pods
    return pods.stream()
        .max(
            Comparator.comparing(
                pod -> pod.getMetadata().getCreationTimestamp(),
                Comparator.nullsFirst(Comparator.naturalOrder())))
        .map(PodReport::of)
        .orElseGet(PodReport::noPod);
  }

  /** Deletes the Job, if it exists, after its pods have ended. */
  void delete(String name) throws Failure {
    request(
        "delete",
        "jobs.batch",
        () -> jobs().withName(name).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete());
  }

  private NonNamespaceOperation<Job, JobList, ScalableResource<Job>> jobs() {
    return client.batch().v1().jobs().inNamespace(namespace);
  }

  private <T> T request(String verb, String resource, Supplier<T> call) throws Failure {
    try {
      return call.get();
    } catch (KubernetesClientException e) {
      throw failure(verb, resource, e);
    }
  }

  private Failure failure(String verb, String resource, KubernetesClientException e) {
    String answer =
        e.getStatus() != null && e.getStatus().getMessage() != null
            ? e.getStatus().getMessage()
            : ServiceException.rootOf(e).toString();
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_FORBIDDEN ->
          new Failure(
              "Kubernetes answers 403; the service account needs the permission to %s %s in namespace %s: %s"
                  .formatted(verb, resource, namespace, answer),
              true,
              e);
      case HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_NOT_FOUND, UNPROCESSABLE ->
          new Failure(
              "Kubernetes rejects the request to %s %s: %s".formatted(verb, resource, answer),
              true,
              e);
      default ->
          new Failure(
              e.getCode() > 0
                  ? "Kubernetes answers %d to the request to %s %s, retrying: %s"
                      .formatted(e.getCode(), verb, resource, answer)
                  : "the API server at %s does not answer, retrying: %s"
                      .formatted(client.getMasterUrl(), answer),
              false,
              e);
    };
  }

  @Override
  public void close() {
    client.close();
  }
}
