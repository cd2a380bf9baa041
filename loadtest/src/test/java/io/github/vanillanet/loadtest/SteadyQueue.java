package io.github.vanillanet.loadtest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the same arrivals would have met at a lane that takes one after the other and needs the same
 * time for each: requests that come together wait there, too, so what a service's latency exceeds
 * this one by is its own.
 */
final class SteadyQueue {

  private SteadyQueue() {}

  /**
   * @param arrivals each at its start
   * @param serviceMillis for each
   * @return as many, with latencies of this queue
   */
  static List<Answer> serve(List<Answer> arrivals, long serviceMillis) {
    List<Answer> served = new ArrayList<>();
    long free = 0;
    for (Answer arrival :
        arrivals.stream().sorted(Comparator.comparingLong(Answer::started)).toList()) {
      free = Math.max(free, arrival.started()) + serviceMillis;
      int wall = (int) (free - arrival.started());
      served.add(new Answer(arrival.phase(), free, wall, Answer.OK, arrival.model(), ""));
    }
    return served;
  }
}
