package io.github.vanillanet.model.checkpoint;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The format before torch 1.6: five pickles (magic number, protocol, system, object, storage keys),
 * then for each key its element count as int64 and its raw elements. It has no checksums.
 *
 * @see <a
 *     href="https://github.com/pytorch/pytorch/blob/v1.5.1/torch/serialization.py">torch.serialization</a>
 */
final class LegacyFormat {

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final Long PROTOCOL = 1001L;

  private final FileWindows file;
  private final Allowance objects = Unpickled.objects();
  private final PickleInput input;

  private LegacyFormat(FileWindows file) {
    this.file = file;
    this.input =
        new PickleInput(file.slice(0, Math.min(file.size(), Unpickled.LARGEST_PICKLE)), objects);
  }

  static boolean matches(ByteBuffer head) {
    return head.get(0) == (byte) 0x80;
  }

  static Unpickled read(FileWindows file) {
    return new LegacyFormat(file).read();
  }

  private Unpickled read() {
    if (!next().load().equals(MAGIC)) {
      throw Rejection.of(
          "expected a file written by torch.save, found a pickle of another program, such as"
              + " pickle.dump or joblib; save the state dict with torch.save");
    }
    Object protocol = next().load();
    if (!protocol.equals(PROTOCOL)) {
      throw Rejection.of(
          "legacy: expected protocol %d, found %s",
          PROTOCOL, protocol instanceof Long number ? number : Rejection.kind(protocol));
    }
    if (!(next().load() instanceof PickleDict system)
        || !system.get("little_endian").equals(Optional.of(true))) {
      throw Rejection.of("legacy: expected little_endian true, found another value or none");
    }
    Unpickler object = next();
    Object root = object.load();
    if (!(next().load() instanceof PickleList keys)) {
      throw Rejection.of("legacy: expected a list of storage keys, found another value");
    }
    Map<String, ByteRange> ranges = ranges(keys, object.storages());
    return new Unpickled(root, storage -> ranges.get(storage.key()));
  }

  private Unpickler next() {
    return new Unpickler(input, objects);
  }

  private Map<String, ByteRange> ranges(PickleList keys, Map<String, StorageRef> storages) {
    if (keys.items().size() != storages.size()) {
      throw Rejection.of(
          "legacy: expected %d storages, found %d keys", storages.size(), keys.items().size());
    }
    Map<String, ByteRange> ranges = new HashMap<>();
    long at = input.position();
    for (Object key : keys.items()) {
      StorageRef storage = key instanceof String name ? storages.get(name) : null;
      if (storage == null || ranges.containsKey(storage.key())) {
        throw Rejection.of(
            "legacy: expected each storage key once, found %s",
            key instanceof String name ? Rejection.quote(name) : Rejection.kind(key));
      }
      long elements = file.slice(at, Long.BYTES).getLong();
      if (elements != storage.elements()) {
        throw Rejection.of(
            "storage %s: expected %d elements, found %d",
            Rejection.quote(storage.key()), storage.elements(), elements);
      }
      long start = at + Long.BYTES;
      if (storage.byteSize() > file.size() - start) {
        throw Rejection.of(
            "storage %s: expected %d bytes at offset %d, found the end of the file at %d",
            Rejection.quote(storage.key()), storage.byteSize(), start, file.size());
      }
      ranges.put(storage.key(), (from, length) -> file.slice(start + from, length));
      at = start + storage.byteSize();
    }
    if (at != file.size()) {
      throw Rejection.of(
          "legacy: expected the file to end at offset %d, found %d bytes", at, file.size());
    }
    return ranges;
  }
}
