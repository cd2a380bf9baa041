package io.github.vanillanet.model.repository;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which versions of a model were active, the present one first. What a person rolls back from is
 * forgotten, so that rolling back twice goes back twice.
 */
public record VersionHistory(List<Integer> versions) {

  private static final int LONGEST = 16;

  static final VersionHistory EMPTY = new VersionHistory(List.of());

  public VersionHistory {
    versions = List.copyOf(versions);
  }

  public OptionalInt active() {
    return versions.stream().mapToInt(Integer::intValue).findFirst();
  }

  /** The one to roll back to. */
  public OptionalInt previous() {
    return versions.stream().mapToInt(Integer::intValue).skip(1).findFirst();
  }

  public VersionHistory activated(int version) {
    List<Integer> next = new ArrayList<>(versions);
    next.removeIf(older -> older == version);
    next.add(0, version);
    return new VersionHistory(next.subList(0, Math.min(LONGEST, next.size())));
  }

  /** Without the active one. */
  public VersionHistory back() {
    return new VersionHistory(versions.subList(Math.min(1, versions.size()), versions.size()));
  }

  public VersionHistory only(List<Integer> existing) {
    return new VersionHistory(versions.stream().filter(existing::contains).toList());
  }
}
