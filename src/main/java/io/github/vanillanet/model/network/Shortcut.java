package io.github.vanillanet.model.network;

/**
 * A shortcut around each block, for experiments: VanillaNet itself has none. It has no parameters.
 * It pools its map as the block does, and appends maps of zeros where the block widens.
 *
 * @see <a href="https://arxiv.org/abs/2305.12972">VanillaNet, table 3</a>
 */
public enum Shortcut {
  NONE,
  /** Ends before the series activation. */
  BEFORE,
  /** Ends after the series activation. */
  AFTER
}
