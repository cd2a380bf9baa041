package io.github.vanillanet.train.cluster;

/** A failed request to the cluster. The message is for an operator. */
final class ClusterException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean permanent;

  /**
   * @param permanent whether repeating the request cannot help
   */
  ClusterException(String message, boolean permanent, Throwable cause) {
    super(message, cause);
    this.permanent = permanent;
  }

  boolean permanent() {
    return permanent;
  }
}
