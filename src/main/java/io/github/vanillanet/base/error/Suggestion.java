package io.github.vanillanet.base.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that a person probably meant. */
public final class Suggestion {

  private static final int CHARACTERS_PER_ERROR = 8;

  private Suggestion() {}

  /** The known name with the smallest edit distance, if it is small for a name of this length. */
  public static Optional<String> of(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> editDistance(name, candidate)))
        .filter(candidate -> isClose(name, editDistance(name, candidate)));
  }

  /** Whether an edit distance from {@code name} is that of a typing error. */
  public static boolean isClose(String name, int distance) {
    return distance <= Math.max(2, name.length() / CHARACTERS_PER_ERROR);
  }

  /** Characters to insert, delete or replace to get from {@code a} to {@code b}. */
  public static int editDistance(String a, String b) {
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
        } else {
          int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
          distance[i][j] =
              Math.min(
                  distance[i - 1][j - 1] + replace,
                  1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
        }
      }
    }
    return distance[a.length()][b.length()];
  }
}
