package io.github.vanillanet.model.checkpoint;

import java.util.ArrayList;
import java.util.List;

/** A list or a set while it is filled. It may contain itself, so equality is identity. */
final class PickleList {

  private final List<Object> items = new ArrayList<>(0);

  List<Object> items() {
    return items;
  }
}
