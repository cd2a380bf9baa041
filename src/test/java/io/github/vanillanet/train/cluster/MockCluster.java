package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;

/** An API server without a kubelet: the test sets the status of pods and Jobs. */
final class MockCluster implements AutoCloseable {

  static final String NAMESPACE = "vision";

  private final KubernetesMockServer server;
  private final KubernetesClient kubelet;

  private MockCluster(KubernetesMockServer server, int port) {
    this.server = server;
    server.init(InetAddress.getLoopbackAddress(), port);
    this.kubelet = client(server.getPort());
  }

  static MockCluster start() {
    return start(0);
  }

  static MockCluster start(int port) {
    return new MockCluster(
        new KubernetesMockServer(
            new Context(),
            new MockWebServer(),
            new HashMap<>(),
            new KubernetesCrudDispatcher(),
            false),
        port);
  }

  /** A server that answers only the requests that the test defines. */
  static MockCluster scripted() {
    return new MockCluster(new KubernetesMockServer(false), 0);
  }

  static KubernetesClient client(int port) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl("http://localhost:" + port)
                .withRequestRetryBackoffLimit(0)
                .build())
        .build();
  }

  KubernetesMockServer server() {
    return server;
  }

  int port() {
    return server.getPort();
  }

  List<Job> jobs() {
    return kubelet.batch().v1().jobs().inNamespace(NAMESPACE).list().getItems();
  }

  /** Creates or replaces the pod of the Job. */
  void pod(Job job, PodStatus status) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(job.getMetadata().getName() + "-x")
            .withNamespace(NAMESPACE)
            .addToLabels("job-name", job.getMetadata().getName())
            .endMetadata()
            .withStatus(status)
            .build();
    kubelet.pods().inNamespace(NAMESPACE).resource(pod).createOr(it -> it.update());
  }

  void complete(Job job) {
    condition(job, "Complete", "CompletionsReached");
  }

  void fail(Job job, String reason) {
    condition(job, "Failed", reason);
  }

  private void condition(Job job, String type, String reason) {
    Job ended =
        new JobBuilder(job)
            .withNewStatus()
            .addNewCondition()
            .withType(type)
            .withStatus("True")
            .withReason(reason)
            .withMessage("Job has reached it")
            .endCondition()
            .endStatus()
            .build();
    kubelet.batch().v1().jobs().inNamespace(NAMESPACE).resource(ended).updateStatus();
  }

  /** Suspends or resumes the Job, as Kueue does. Its pod is deleted when it is suspended. */
  void suspend(Job job, boolean suspended) {
    kubelet
        .batch()
        .v1()
        .jobs()
        .inNamespace(NAMESPACE)
        .withName(job.getMetadata().getName())
        .edit(it -> it.edit().editSpec().withSuspend(suspended).endSpec().build());
    if (suspended) {
      kubelet.pods().inNamespace(NAMESPACE).delete();
    }
  }

  void delete(Job job) {
    kubelet.batch().v1().jobs().inNamespace(NAMESPACE).resource(job).delete();
  }

  @Override
  public void close() {
    kubelet.close();
    server.destroy();
  }
}
