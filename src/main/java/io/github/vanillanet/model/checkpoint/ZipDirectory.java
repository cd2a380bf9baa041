package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and checks the central directory of a zip: names are unique and safe, central and local
 * headers agree, and the records do not overlap and end before the directory.
 *
 * <p>{@code java.util.zip.ZipFile} checks little of this. It also hides the offset of a record,
 * which is needed to map it.
 */
final class ZipDirectory {

  private static final int MAX_ENTRIES = 100_000;
  private static final long LARGEST_DIRECTORY = 32L << 20;
  private static final int ENCRYPTED = 1;
  private static final int SIZES_FOLLOW_DATA = 1 << 3;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  private ZipDirectory() {}

  /** All records by name, in file order. */
  static Map<String, ZipRecord> read(FileWindows file) {
    ZipEnd end = ZipEnd.find(file);
    if (end.entries() > MAX_ENTRIES || end.size() > LARGEST_DIRECTORY) {
      throw Rejection.of(
          "zip: expected at most %d entries in %d bytes, found %d in %d",
          MAX_ENTRIES, LARGEST_DIRECTORY, end.entries(), end.size());
    }
    ByteBuffer directory = file.slice(end.offset(), end.size());
    List<ZipHeader> headers = new ArrayList<>();
    int at = 0;
    while (at < directory.capacity()) {
      ZipHeader header = ZipHeader.central(directory, at);
      headers.add(header);
      at += header.length();
    }
    if (headers.size() != end.entries()) {
      throw Rejection.of("zip: expected %d entries, found %d", end.entries(), headers.size());
    }
    headers.sort(Comparator.comparingLong(ZipHeader::offset));
    Map<String, ZipRecord> records = new LinkedHashMap<>();
    for (int i = 0; i < headers.size(); i++) {
      ZipHeader central = headers.get(i);
      long next = i + 1 < headers.size() ? headers.get(i + 1).offset() : end.offset();
      ZipRecord record = record(file, central, Math.min(next, end.offset()));
      if (records.put(record.name(), record) != null) {
        throw Rejection.of(
            "zip: expected one entry of each name, found %s twice", Rejection.quote(record.name()));
      }
    }
    return records;
  }

  private static ZipRecord record(FileWindows file, ZipHeader central, long limit) {
    String name = Rejection.quote(central.name());
    if (isUnsafe(central.name())) {
      throw Rejection.of("zip: expected plain entry names, found %s", name);
    }
    ZipHeader local = ZipHeader.local(file, central, limit);
    requireAgreement(central, local);
    if ((central.flags() & ENCRYPTED) != 0) {
      throw Rejection.of("zip: expected plain entries, found %s encrypted", name);
    }
    if (central.method() != STORED && central.method() != DEFLATED) {
      throw Rejection.of(
          "zip: expected %s stored (0) or deflated (8), found method %d", name, central.method());
    }
    boolean deflated = central.method() == DEFLATED;
    long start = central.offset() + local.length();
    if (start > limit || central.packed() > limit - start) {
      throw Rejection.of(
          "zip: expected %s to end by offset %d, found %d bytes at offset %d",
          name, limit, central.packed(), start);
    }
    if (!deflated && central.packed() != central.size()) {
      throw Rejection.of(
          "zip: expected equal sizes for the stored %s, found %d and %d",
          name, central.packed(), central.size());
    }
    return new ZipRecord(
        central.name(), deflated, central.crc(), start, central.packed(), central.size());
  }

  private static boolean isUnsafe(String name) {
    return name.isEmpty()
        || name.startsWith("/")
        || name.indexOf('\\') >= 0
        || name.chars().anyMatch(Character::isISOControl)
        || List.of(name.split("/", -1)).contains("..");
  }

  private static void requireAgreement(ZipHeader central, ZipHeader local) {
    boolean later = (local.flags() & SIZES_FOLLOW_DATA) != 0;
    if (!central.name().equals(local.name())
        || central.method() != local.method()
        || disagree(central.crc(), local.crc(), later)
        || disagree(central.packed(), local.packed(), later)
        || disagree(central.size(), local.size(), later)) {
      throw Rejection.of(
          "zip: expected both headers of %s to agree, found different ones for %s",
          Rejection.quote(central.name()), Rejection.quote(local.name()));
    }
  }

  private static boolean disagree(long central, long local, boolean later) {
    return central != local && !(later && local == 0);
  }
}
