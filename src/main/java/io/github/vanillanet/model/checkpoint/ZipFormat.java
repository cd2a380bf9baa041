package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The zip format, torch 1.6 and later: {@code <root>/data.pkl} and {@code <root>/data/<key>}.
 *
 * @see <a
 *     href="https://github.com/pytorch/pytorch/blob/v2.7.1/torch/serialization.py">torch.serialization</a>
 */
final class ZipFormat {

  private static final String PICKLE = "data.pkl";

  private final Map<String, ZipRecord> records;
  private final FileWindows file;
  private final TensorMemory memory;
  private final String root;
  private final Map<String, ByteRange> opened = new HashMap<>();

  private ZipFormat(FileWindows file, TensorMemory memory) {
    this.records = ZipDirectory.read(file);
    this.file = file;
    this.memory = memory;
    String pickle = pickle().name();
    this.root = pickle.substring(0, pickle.length() - PICKLE.length());
    requireLittleEndian();
  }

  static boolean matches(ByteBuffer head) {
    return head.get(0) == 'P'
        && head.get(1) == 'K'
        && (head.getShort(2) == 0x0403 || head.getShort(2) == 0x0605);
  }

  /** Reads a checkpoint. Rejects a TorchScript archive. */
  static Unpickled read(FileWindows file, TensorMemory memory) {
    ZipFormat format = new ZipFormat(file, memory);
    if (format.records.containsKey(format.root + "constants.pkl")) {
      throw Rejection.of(
          "expected a checkpoint written by torch.save, found a TorchScript archive"
              + " (%sconstants.pkl)",
          Rejection.quote(format.root));
    }
    return format.unpickle();
  }

  /** Reads the module tree of a TorchScript archive, without its code. */
  static Unpickled readModule(FileWindows file, TensorMemory memory) {
    return new ZipFormat(file, memory).unpickle();
  }

  private Unpickled unpickle() {
    ZipRecord pickle = pickle();
    if (pickle.size() > Unpickled.LARGEST_PICKLE) {
      throw Rejection.of(
          "%s: expected at most %d bytes, found %d",
          Rejection.quote(pickle.name()), Unpickled.LARGEST_PICKLE, pickle.size());
    }
    Allowance objects = Unpickled.objects();
    ByteBuffer bytes = pickle.open(file, memory).slice(0, (int) pickle.size());
    return new Unpickled(
        new Unpickler(new PickleInput(bytes, objects), objects).load(), this::open);
  }

  private ZipRecord pickle() {
    List<ZipRecord> pickles =
        records.values().stream()
            .filter(record -> record.name().equals(PICKLE) || record.name().endsWith('/' + PICKLE))
            .toList();
    if (pickles.isEmpty()) {
      throw Rejection.of(
          "expected a .pth or .safetensors file with weights, found %s; its entries: %s",
          FileKind.ofZip(records.keySet()), Rejection.few(records.keySet()));
    }
    if (pickles.size() > 1) {
      throw Rejection.of(
          "expected one record <root>/data.pkl in the zip, found %d among: %s",
          pickles.size(), Rejection.few(records.keySet()));
    }
    return pickles.get(0);
  }

  private void requireLittleEndian() {
    ZipRecord record = records.get(root + "byteorder");
    if (record != null) {
      ByteBuffer bytes = record.open(file, memory).slice(0, (int) Math.min(record.size(), 16));
      String order = StandardCharsets.US_ASCII.decode(bytes).toString().strip();
      if (!order.equals("little")) {
        throw Rejection.of("byteorder: expected little, found %s", Rejection.quote(order));
      }
    }
  }

  private ByteRange open(StorageRef storage) {
    return opened.computeIfAbsent(storage.key(), key -> openRecord(root + "data/" + key, storage));
  }

  private ByteRange openRecord(String name, StorageRef storage) {
    ZipRecord record = records.get(name);
    if (record == null) {
      throw Rejection.of("expected a record %s, found none", Rejection.quote(name));
    }
    if (record.size() != storage.byteSize()) {
      throw Rejection.of(
          "%s: expected %d elements of %s, %d bytes, found %d bytes",
          Rejection.quote(name),
          storage.elements(),
          Rejection.quote(storage.type()),
          storage.byteSize(),
          record.size());
    }
    return record.open(file, memory);
  }
}
