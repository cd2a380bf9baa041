package io.github.vanillanet.loadtest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Simulates an ideal queue for the same arrivals: one request at a time, each with the same service
 * time. Requests that meet wait here too, so any additional latency is caused by the service.
 */
final class SteadyQueue {

  private SteadyQueue() {}

  /**
   * @param arrivals with their start times
   * @param serviceMillis of each request
   * @return the same requests with the latencies of this queue
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
