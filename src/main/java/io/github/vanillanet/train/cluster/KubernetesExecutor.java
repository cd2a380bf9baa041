package io.github.vanillanet.train.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.train.jobs.JobExecutor;
import io.github.vanillanet.train.jobs.JobFolder;
import io.github.vanillanet.train.jobs.JobRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Runs each job in a Kubernetes Job of the service's own image. The Jobs outlive the service: the
 * next one finds them by their label. Nothing is connected to before {@link #check}.
 */
public final class KubernetesExecutor implements JobExecutor {

  static final String SETTINGS = "vanillanet.training.kubernetes";

  private static final int CONNECT_MILLIS = 5_000;
  private static final int REQUEST_MILLIS = 10_000;
  private static final Path TOKEN = Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH);

  private final ClusterSettings settings;
  private final Patience patience;
  private final Function<Path, List<String>> command;
  private final Function<ClusterSettings, Cluster> connection;
  private final Set<ClusterRun> runs = ConcurrentHashMap.newKeySet();

  private Optional<Cluster> cluster = Optional.empty(); // guarded by this

  /**
   * @param command the command line for the job in a folder, in a pod's container
   */
  public KubernetesExecutor(ClusterSettings settings, Function<Path, List<String>> command) {
    this(settings, command, Patience.of(settings.stuckAfter()), KubernetesExecutor::connect);
  }

  KubernetesExecutor(
      ClusterSettings settings,
      Function<Path, List<String>> command,
      Patience patience,
      Function<ClusterSettings, Cluster> connection) {
    this.settings = settings;
    this.command = command;
    this.patience = patience;
    this.connection = connection;
  }

  /** Whether the API server answers is not asked: it may be away for a while. */
  @Override
  public void check() {
    require("image", settings.image());
    settings.volumes().forEach(mount -> require(mount.setting(), mount.claim()));
    new TrainingJob(settings);
    cluster();
  }

  private static void require(String setting, Optional<String> value) {
    if (value.isEmpty() || value.get().isBlank()) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "%s.%s: vanillanet.training.executor=kubernetes needs it, found nothing"
              .formatted(SETTINGS, setting));
    }
  }

  @Override
  public JobRun start(JobFolder folder) throws IOException {
    return known(
        ClusterRun.create(
            cluster(),
            patience,
            folder,
            new TrainingJob(settings)
                .of(folder.id(), folder.attempts(), command.apply(folder.path()))));
  }

  /**
   * Whether there is one cannot be told before Kubernetes answers; the run ends if there is none.
   */
  @Override
  public Optional<JobRun> find(JobFolder folder) throws IOException {
    String name = TrainingJob.name(folder.id(), folder.attempts());
    return Optional.of(known(ClusterRun.adopt(cluster(), patience, folder, name)));
  }

  private ClusterRun known(ClusterRun run) {
    runs.add(run);
    run.ended().thenRun(() -> runs.remove(run));
    return run;
  }

  private synchronized Cluster cluster() {
    if (cluster.isEmpty()) {
      cluster = Optional.of(connection.apply(settings));
    }
    return cluster.get();
  }

  private static Cluster connect(ClusterSettings settings) {
    Config config =
        new ConfigBuilder()
            .withConnectionTimeout(CONNECT_MILLIS)
            .withRequestTimeout(REQUEST_MILLIS)
            .withRequestRetryBackoffLimit(0) // a run asks again by itself, and says why
            .build();
    if (!Files.isReadable(TOKEN) && config.getCurrentContext() == null) {
      throw new ServiceException(
          ErrorCode.BAD_CONFIGURATION,
          "vanillanet.training.executor=kubernetes: no cluster is configured; expected a service"
              + " account's token at %s, or a kubeconfig file with a current context"
                  .formatted(TOKEN));
    }
    String namespace =
        settings
            .namespace()
            .or(() -> Optional.ofNullable(config.getNamespace()))
            .orElseThrow(
                () ->
                    new ServiceException(
                        ErrorCode.BAD_CONFIGURATION,
                        SETTINGS + ".namespace: expected a namespace, found nothing"));
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
