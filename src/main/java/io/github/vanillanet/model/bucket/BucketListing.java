package io.github.vanillanet.model.bucket;

import io.github.vanillanet.model.repository.ModelId;
import io.github.vanillanet.model.repository.StoredVersion;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The models in the list of a bucket. A version counts when it has a manifest, which is uploaded
 * last. Objects with other names are ignored.
 */
final class BucketListing {

  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,100}");

  private final SortedMap<String, SortedMap<Integer, SortedMap<String, Bucket.Entry>>> models =
      new TreeMap<>();

  static BucketListing of(List<Bucket.Entry> entries) {
    BucketListing listing = new BucketListing();
    for (Bucket.Entry entry : entries) {
      String[] parts = entry.key().split("/");
      OptionalInt version = parts.length == 3 ? ModelId.version(parts[1]) : OptionalInt.empty();
      if (version.isPresent() && ModelId.isName(parts[0]) && FILE.matcher(parts[2]).matches()) {
        listing
            .models
            .computeIfAbsent(parts[0], model -> new TreeMap<>())
            .computeIfAbsent(version.getAsInt(), number -> new TreeMap<>())
            .put(parts[2], entry);
      }
    }
    for (Map<Integer, SortedMap<String, Bucket.Entry>> versions : listing.models.values()) {
      versions.values().removeIf(files -> !files.containsKey(StoredVersion.MANIFEST));
    }
    listing.models.values().removeIf(Map::isEmpty);
    return listing;
  }

  /** The numbers of a model's versions, also of incomplete ones. */
  static Set<Integer> claimed(List<Bucket.Entry> entries, String model) {
    Set<Integer> numbers = new HashSet<>();
    for (Bucket.Entry entry : entries) {
      String[] parts = entry.key().split("/");
      if (parts.length == 3 && parts[0].equals(model)) {
        ModelId.version(parts[1]).ifPresent(numbers::add);
      }
    }
    return numbers;
  }

  Collection<String> models() {
    return models.keySet();
  }

  /** Ascending. */
  List<Integer> versions(String model) {
    return List.copyOf(models.getOrDefault(model, new TreeMap<>()).keySet());
  }

  /** The files of a version by name; empty if it is not complete. */
  SortedMap<String, Bucket.Entry> files(ModelId id) {
    return models.get(id.name()).getOrDefault(id.version(), new TreeMap<>());
  }
}
