package io.github.vanillanet.train.cluster;

/** The cluster did not do what it was asked to. The message is for an operator. */
final class ClusterException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean lasting;

  /**
   * @param lasting true if it would answer the same tomorrow
   */
  ClusterException(String message, boolean lasting, Throwable cause) {
    super(message, cause);
    this.lasting = lasting;
  }

  boolean lasting() {
    return lasting;
  }
}
