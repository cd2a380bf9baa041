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
final class ZipFormat implements StorageSource {

  private static final String PICKLE = "data.pkl";

  private final ZipDirectory directory;
  private final RecordReader reader;
  private final String root;
  private final Map<String, ByteRange> opened = new HashMap<>();

  private ZipFormat(ZipDirectory directory, RecordReader reader, String root) {
    this.directory = directory;
    this.reader = reader;
    this.root = root;
  }

  static boolean matches(ByteBuffer head) {
    return head.get(0) == 'P'
        && head.get(1) == 'K'
        && (head.getShort(2) == 0x0403 || head.getShort(2) == 0x0605);
  }

  /** Of a checkpoint; refuses a TorchScript archive. */
  static Unpickled read(FileWindows file, TensorMemory memory) {
    ZipFormat format = open(file, memory);
    if (format.directory.find(format.root + "constants.pkl").isPresent()) {
      throw Refusal.of(
          "expected a checkpoint written by torch.save, found a TorchScript archive"
              + " (%sconstants.pkl)",
          Refusal.quote(format.root));
    }
    return format.unpickle();
  }

  /** Of a TorchScript archive: the module tree, without its code. */
  static Unpickled readModule(FileWindows file, TensorMemory memory) {
    return open(file, memory).unpickle();
  }

  private static ZipFormat open(FileWindows file, TensorMemory memory) {
    ZipDirectory directory = ZipDirectory.read(file);
    String pickle = pickle(directory).name();
    String root = pickle.substring(0, pickle.length() - PICKLE.length());
    ZipFormat format = new ZipFormat(directory, new RecordReader(file, memory), root);
    format.requireLittleEndian();
    return format;
  }

  private Unpickled unpickle() {
    ZipRecord pickle = pickle(directory);
    if (pickle.size() > Unpickled.LARGEST_PICKLE) {
      throw Refusal.of(
          "%s: expected at most %d bytes, found %d",
          Refusal.quote(pickle.name()), Unpickled.LARGEST_PICKLE, pickle.size());
    }
    Allowance objects = Unpickled.objects();
    ByteBuffer bytes = reader.open(pickle).slice(0, (int) pickle.size());
    return new Unpickled(new Unpickler(new PickleInput(bytes, objects), objects).load(), this);
  }

  private static ZipRecord pickle(ZipDirectory directory) {
    List<ZipRecord> pickles =
        directory.records().stream()
            .filter(record -> record.name().equals(PICKLE) || record.name().endsWith('/' + PICKLE))
            .toList();
    if (pickles.size() != 1) {
      throw Refusal.of(
          "expected one record <root>/data.pkl in the zip, found %d among: %s",
          pickles.size(),
          Refusal.list(directory.records().stream().limit(8).map(ZipRecord::name).toList()));
    }
    return pickles.get(0);
  }

  private void requireLittleEndian() {
    directory
        .find(root + "byteorder")
        .ifPresent(
            record -> {
              int length = (int) Math.min(record.size(), 16);
              ByteBuffer bytes = reader.open(record).slice(0, length);
              String order = StandardCharsets.US_ASCII.decode(bytes).toString().strip();
              if (!order.equals("little")) {
                throw Refusal.of("byteorder: expected little, found %s", Refusal.quote(order));
              }
            });
  }

  @Override
  public ByteRange open(StorageRef storage) {
    ByteRange earlier = opened.get(storage.key());
    if (earlier != null) {
      return earlier;
    }
    String name = root + "data/" + storage.key();
    ZipRecord record =
        directory
            .find(name)
            .orElseThrow(() -> Refusal.of("expected a record %s, found none", Refusal.quote(name)));
    if (record.size() != storage.byteSize()) {
      throw Refusal.of(
          "%s: expected %d elements of %s, %d bytes, found %d bytes",
          Refusal.quote(name),
          storage.elements(),
          Refusal.quote(storage.type()),
          storage.byteSize(),
          record.size());
    }
    ByteRange bytes = reader.open(record);
    opened.put(storage.key(), bytes);
    return bytes;
  }
}
