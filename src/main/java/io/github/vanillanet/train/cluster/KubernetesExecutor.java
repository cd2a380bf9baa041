package io.github.vanillanet.train.cluster;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.github.vanillanet.base.config.KubernetesConfig;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs each job in a Kubernetes Job of the service's image. The Jobs outlive the service, and the
 * next service process finds them by their label. Connects to the cluster at {@link #check}.
 */
public final class KubernetesExecutor implements JobExecutor {

  static final String SETTINGS = "vanillanet.training.kubernetes";

  private static final int CONNECT_MILLIS = 5_000;
  private static final int REQUEST_MILLIS = 10_000;
  private static final Path TOKEN = Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH);

  private final KubernetesConfig settings;
  private final List<ClaimMount> claims;
  private final ClusterRun.Timeouts timeouts;
  private final Function<Path, List<String>> command;
  private final Supplier<Cluster> connection;
  private final Set<ClusterRun> runs = ConcurrentHashMap.newKeySet();

  private Optional<Cluster> cluster = Optional.empty(); // guarded by this

  public KubernetesExecutor(
      KubernetesConfig settings, List<ClaimMount> claims, Function<Path, List<String>> command) {
    this(
        settings,
        claims,
        command,
        ClusterRun.Timeouts.of(settings.stuckAfter()),
        () -> connect(settings.namespace()));
  }

  KubernetesExecutor(
      KubernetesConfig settings,
      List<ClaimMount> claims,
      Function<Path, List<String>> command,
      ClusterRun.Timeouts timeouts,
      Supplier<Cluster> connection) {
    this.settings = settings;
    this.claims = claims;
    this.command = command;
    this.timeouts = timeouts;
    this.connection = connection;
  }

  /** Does not contact the API server, which may be down temporarily. */
  @Override
  public void check() {
    require("image", settings.image());
    claims.forEach(mount -> require(mount.setting(), mount.claim()));
    new TrainingJob(settings, claims);
    cluster();
  }

  private static void require(String setting, Optional<String> value) {
    if (value.isEmpty() || value.get().isBlank()) {
      throw BAD_CONFIGURATION.error(
          "%s.%s: vanillanet.training.executor=kubernetes requires a value", SETTINGS, setting);
    }
  }

  @Override
  public JobRun start(JobFolder folder) {
    return run(
        folder,
        Optional.of(
            new TrainingJob(settings, claims)
                .of(folder.id(), folder.attempts(), command.apply(folder.path()))));
  }

  /** Returns a run before Kubernetes has answered. The run ends if there is no Job. */
  @Override
  public Optional<JobRun> find(JobFolder folder) {
    return Optional.of(run(folder, Optional.empty()));
  }

  private ClusterRun run(JobFolder folder, Optional<Job> toCreate) {
    String name = TrainingJob.name(folder.id(), folder.attempts());
    ClusterRun run = new ClusterRun(cluster(), timeouts, folder, name, toCreate);
    runs.add(run);
    run.ended().thenRun(() -> runs.remove(run));
    return run;
  }

  private synchronized Cluster cluster() {
    if (cluster.isEmpty()) {
      cluster = Optional.of(connection.get());
    }
    return cluster.get();
  }

  private static Cluster connect(Optional<String> chosenNamespace) {
    Config config =
        new ConfigBuilder()
            .withConnectionTimeout(CONNECT_MILLIS)
            .withRequestTimeout(REQUEST_MILLIS)
            .withRequestRetryBackoffLimit(0) // the run repeats requests and reports why
            .build();
    if (!Files.isReadable(TOKEN) && config.getCurrentContext() == null) {
      throw BAD_CONFIGURATION.error(
          "vanillanet.training.executor=kubernetes: no cluster is configured; expected a"
              + " service account token at %s or a kubeconfig file with a current context",
          TOKEN);
    }
    String namespace =
        chosenNamespace
            .or(() -> Optional.ofNullable(config.getNamespace()))
            .orElseThrow(
                () ->
                    BAD_CONFIGURATION.error(
                        "%s.namespace: requires a value, because the current context has no namespace",
                        SETTINGS));
    return new Cluster(
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new JdkHttpClientFactory())
            .build(),
        namespace);
  }

  @Override
  public void close() {
    try {
      for (ClusterRun run : runs) {
        run.leave();
        run.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      cluster.ifPresent(Cluster::close);
      cluster = Optional.empty();
    }
  }
}
