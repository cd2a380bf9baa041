package io.github.vanillanet.deploy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * A simulation of pods, Prometheus and a HorizontalPodAutoscaler in steps of one second. Requests
 * arrive at random, each at a random ready pod, and are computed one at a time. Not thread-safe.
 */
final class ScalingLoop {

  private static final int START_UP = 45;
  private static final int SCRAPE = 15;
  private static final int SYNC = 15;
  private static final double TOLERANCE = 0.1; // of the controller
  private static final int MOST_NEW_PODS = 4; // per sync, or as many as there are: its defaults

  /**
   * What the chart ships.
   *
   * @param busyTarget per pod
   * @param burstTarget waiting images per pod
   * @param lookBack of the queries, in seconds
   */
  record Settings(
      double busyTarget,
      double burstTarget,
      int lookBack,
      int upWindow,
      int downWindow,
      int most) {}

  private record Recommendation(int time, int replicas) {}

  private final Settings settings;
  private final Random random;
  private final double serviceSeconds;
  private final List<SimulatedPod> pods = new ArrayList<>();
  private final Deque<Recommendation> recommendations = new ArrayDeque<>();
  private double nextArrival;
  private int time;
  private int changes;

  ScalingLoop(Settings settings, long seed, double serviceSeconds, int replicas) {
    this.settings = settings;
    this.random = new Random(seed);
    this.serviceSeconds = serviceSeconds;
    recommendations.addLast(new Recommendation(0, replicas)); // as the controller begins
    for (int i = 0; i < replicas; i++) {
      pods.add(new SimulatedPod(0, random.nextInt(SCRAPE)));
    }
  }

  /** Changes of the number of replicas so far. */
  int changes() {
    return changes;
  }

  int replicas() {
    return pods.size();
  }

  /**
   * Simulates.
   *
   * @param load work that arrives per second, in seconds
   * @return seconds until enough pods were ready for this load for the rest of the time
   */
  int run(double load, int seconds) {
    int overloaded = 0;
    for (int end = time + seconds, begin = time; time < end; time++) {
      List<SimulatedPod> ready = pods.stream().filter(pod -> pod.readyAt <= time).toList();
      if (ready.size() <= load) {
        overloaded = time + 1 - begin;
      }
      for (SimulatedPod pod : ready) {
        if (time % SCRAPE == pod.scrapeOffset) {
          pod.scrape(time);
        }
      }
      if (time % SYNC == 0) {
        scale();
      }
      arrive(ready, load); // at the pods that were ready when this second began
    }
    return overloaded;
  }

  private void arrive(List<SimulatedPod> ready, double load) {
    nextArrival = Math.max(nextArrival, time);
    while (nextArrival < time + 1) {
      double work = serviceSeconds * (0.5 + random.nextDouble());
      ready.get(random.nextInt(ready.size())).arrive(nextArrival, work, serviceSeconds);
      nextArrival -= Math.log(1 - random.nextDouble()) * serviceSeconds / load;
    }
  }

  private void scale() {
    double busy = 0;
    int measured = 0;
    double waiting = 0;
    for (SimulatedPod pod : pods) {
      SimulatedPod.Rates rates = pod.rates(time, settings.lookBack());
      if (rates != null) {
        busy += rates.busy();
        measured++;
        waiting += rates.waiting();
      }
    }
    if (measured == 0) {
      return; // the query is empty: an error
    }
    int wanted =
        Math.max(desired(busy, settings.busyTarget()), desired(waiting, settings.burstTarget()));
    apply(stabilize(Math.max(1, Math.min(settings.most(), wanted))));
  }

  /** The controller's rule for a metric with a target per pod. */
  private int desired(double value, double target) {
    double ratio = value / (target * pods.size());
    return Math.abs(ratio - 1) <= TOLERANCE ? pods.size() : (int) Math.ceil(value / target);
  }

  private int stabilize(int wanted) {
    recommendations.addLast(new Recommendation(time, wanted));
    int keep = Math.max(settings.upWindow(), settings.downWindow());
    while (recommendations.getFirst().time() < time - keep) {
      recommendations.removeFirst();
    }
    int up = wanted;
    int down = wanted;
    for (Recommendation each : recommendations) {
      up = each.time() >= time - settings.upWindow() ? Math.min(up, each.replicas()) : up;
      down = each.time() >= time - settings.downWindow() ? Math.max(down, each.replicas()) : down;
    }
    return Math.min(Math.max(pods.size(), up), Math.max(down, up));
  }

  private void apply(int wanted) {
    int now = pods.size();
    int limited = Math.min(wanted, Math.max(now + MOST_NEW_PODS, 2 * now));
    if (limited != now) {
      changes++;
    }
    for (int i = now; i < limited; i++) {
      pods.add(new SimulatedPod(time + START_UP, random.nextInt(SCRAPE)));
    }
    while (pods.size() > limited) {
      pods.remove(pods.size() - 1); // the newest, which may still be starting
    }
  }
}
