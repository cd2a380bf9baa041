package io.github.vanillanet.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which versions of a model were active, the present one first. What a person rolls back from is
 * forgotten, so that rolling back twice goes back twice.
 */
record VersionHistory(List<Integer> versions) {

  private static final int LONGEST = 16;

  static final VersionHistory EMPTY = new VersionHistory(List.of());

  VersionHistory {
    versions = List.copyOf(versions);
  }

  OptionalInt active() {
    return versions.stream().mapToInt(Integer::intValue).findFirst();
  }

  /** The one to roll back to. */
  OptionalInt previous() {
    return versions.stream().mapToInt(Integer::intValue).skip(1).findFirst();
  }

  VersionHistory activated(int version) {
    List<Integer> next = new ArrayList<>(versions);
    next.removeIf(older -> older == version);
    next.add(0, version);
    return new VersionHistory(next.subList(0, Math.min(LONGEST, next.size())));
  }

  /** Without the active one. */
  VersionHistory back() {
    return new VersionHistory(versions.subList(Math.min(1, versions.size()), versions.size()));
  }

  VersionHistory only(List<Integer> existing) {
    return new VersionHistory(versions.stream().filter(existing::contains).toList());
  }
}
