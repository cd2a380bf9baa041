package io.github.vanillanet.model.checkpoint;

import java.util.List;

/** A list or a set. It may contain itself, so equality is identity. */
final class PickleList {

  private final List<Object> items;

  /**
   * @param items owned and changed by this list
   */
  PickleList(List<Object> items) {
    this.items = items;
  }

  List<Object> items() {
    return items;
  }
}
