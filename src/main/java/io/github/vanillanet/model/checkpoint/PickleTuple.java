package io.github.vanillanet.model.checkpoint;

import java.util.List;

/**
 * A tuple. Not a record: equality, hash and text would walk a graph that a few bytes can make
 * exponentially wide.
 */
final class PickleTuple {

  private final List<Object> items;

  PickleTuple(List<Object> items) {
    this.items = List.copyOf(items);
  }

  List<Object> items() {
    return items;
  }

  int size() {
    return items.size();
  }

  Object get(int index) {
    return items.get(index);
  }
}
