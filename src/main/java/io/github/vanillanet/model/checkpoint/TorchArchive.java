package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.error.ServiceException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Writes the two archives that torch reads: TorchScript modules ({@code torch.jit.load}) and plain
 * state dicts ({@code torch.load}). Both are zips of stored records whose data is aligned to 64
 * bytes, like those of torch's own writer. The same content gives the same bytes.
 *
 * @see <a href="https://github.com/pytorch/pytorch/blob/main/torch/csrc/jit/docs/serialization.md">
 *     TorchScript serialization</a>
 */
public final class TorchArchive {

  /** A larger zip needs 64-bit records, which this class does not write. */
  public static final long LARGEST_ARCHIVE = 0xffff_ffffL;

  private static final String ROOT = "archive/";
  private static final String CODE = "code/__torch__.py";
  private static final int ALIGNMENT = 64;

  /**
   * Gives the same bytes every time. For 1980-01-01 00:00:00 the JDK would add an extra field that
   * depends on the time zone and breaks the alignment.
   */
  private static final LocalDateTime FIXED_TIME = LocalDateTime.of(1980, 1, 1, 0, 0, 2);

  private static final int LOCAL_HEADER = 30;
  private static final int EXTRA_HEADER = 4;

  private TorchArchive() {}

  /**
   * Writes a TorchScript archive.
   *
   * @param code source of all classes, in the namespace {@code __torch__}
   * @throws ServiceException {@code BAD_CHECKPOINT} if the weights are more than 4 GiB
   */
  public static void writeModule(Path file, String code, ScriptObject root) throws IOException {
    PickleWriter pickle = new PickleWriter();
    byte[] data = pickle.pickle(root);
    try (Records records = new Records(file, pickle.storages())) {
      records.write("data.pkl", ByteBuffer.wrap(data));
      records.write(CODE, ByteBuffer.wrap(code.getBytes(StandardCharsets.UTF_8)));
      records.write("constants.pkl", ByteBuffer.wrap(new byte[] {(byte) 0x80, 2, ')', '.'}));
      records.writeStorages();
    }
  }

  /**
   * Reads the code that {@link #writeModule} wrote.
   *
   * @param file whose bytes the caller trusts
   * @throws IOException if it is not such an archive
   */
  public static String readCode(Path file) throws IOException {
    try (ZipFile archive = new ZipFile(file.toFile())) {
      ZipEntry code = archive.getEntry(ROOT + CODE);
      if (code == null) {
        throw new IOException(file + " has no " + ROOT + CODE);
      }
      try (InputStream content = archive.getInputStream(code)) {
        return new String(content.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  /**
   * Writes a file like that of {@code torch.save}: nested maps of strings, numbers, booleans and
   * tensors.
   *
   * @throws ServiceException {@code BAD_CHECKPOINT} if the weights are more than 4 GiB
   */
  public static void writeCheckpoint(Path file, Map<String, ?> content) throws IOException {
    PickleWriter pickle = new PickleWriter();
    byte[] data = pickle.pickle(content);
    try (Records records = new Records(file, pickle.storages())) {
      records.write("data.pkl", ByteBuffer.wrap(data));
      records.writeStorages();
    }
  }

  /** The zip that is being written, one record after the other. Not thread-safe. */
  private static final class Records implements AutoCloseable {

    private final List<HostTensor> storages;
    private final ZipOutputStream zip;
    private long written;

    Records(Path file, List<HostTensor> storages) throws IOException {
      this.storages = storages;
      long weights =
          storages.stream().mapToLong(t -> (long) t.elementCount() * t.type().bytes()).sum();
      long overhead = (1L << 20) + 512L * storages.size();
      if (weights + overhead > LARGEST_ARCHIVE) {
        throw Rejection.of(
            "an archive holds at most %d bytes of weights, found %d bytes",
            LARGEST_ARCHIVE - overhead, weights);
      }
      OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
      zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
      zip.setMethod(ZipOutputStream.STORED);
    }

    void writeStorages() throws IOException {
      for (int i = 0; i < storages.size(); i++) {
        write("data/" + i, storages.get(i).bytes());
      }
      write("version", ByteBuffer.wrap("3\n".getBytes(StandardCharsets.UTF_8)));
    }

    void write(String name, ByteBuffer content) throws IOException {
      ZipEntry entry = new ZipEntry(ROOT + name);
      entry.setTimeLocal(FIXED_TIME);
      entry.setSize(content.remaining());
      entry.setCompressedSize(content.remaining());
      CRC32 crc = new CRC32();
      crc.update(content.duplicate());
      entry.setCrc(crc.getValue());
      // An extra field ("FB", as torch names it) moves the data to the next boundary.
      int nameBytes = entry.getName().getBytes(StandardCharsets.UTF_8).length;
      long dataAt = written + LOCAL_HEADER + nameBytes + EXTRA_HEADER;
      int padding = (int) Math.floorMod(-dataAt, (long) ALIGNMENT);
      byte[] extra = new byte[EXTRA_HEADER + padding];
      extra[0] = 'F';
      extra[1] = 'B';
      extra[2] = (byte) padding;
      entry.setExtra(extra);
      written = dataAt + padding + content.remaining();
      zip.putNextEntry(entry);
      byte[] chunk = new byte[1 << 16];
      while (content.hasRemaining()) {
        int length = Math.min(chunk.length, content.remaining());
        content.get(chunk, 0, length);
        zip.write(chunk, 0, length);
      }
      zip.closeEntry();
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }
}
