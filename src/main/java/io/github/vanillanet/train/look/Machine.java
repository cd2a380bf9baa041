package io.github.vanillanet.train.look;

/**
 * What a training runs on.
 *
 * @param device such as {@code cpu} or {@code cuda:0}
 * @param threads of the computation on a CPU
 * @param memoryLimitBytes of the container, or of the machine if it has no limit
 */
public record Machine(String device, int threads, long memoryLimitBytes) {

  public static Machine of(String device, int threads) {
    return new Machine(device, threads, ProcessMemory.limit());
  }

  boolean isCuda() {
    return device.startsWith("cuda");
  }
}
