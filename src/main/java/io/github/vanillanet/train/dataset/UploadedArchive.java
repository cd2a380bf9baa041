package io.github.vanillanet.train.dataset;

import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.image.ImageDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Unpacks an uploaded zip of labelled pictures. Only what begins like an image is written, as a
 * plain file without the executable bit; a link in the archive is no image, so none is ever made.
 * Everything lands in a hidden folder {@code .unpacking-*} beside the target, which is renamed to
 * it in one step at the end, else deleted. Immutable; any thread.
 */
public final class UploadedArchive {

  private static final int SHOWN_TO_THE_DECODER = 64;

  private final ArchiveLimits limits;

  public UploadedArchive(ArchiveLimits limits) {
    this.limits = limits;
  }

  /**
   * Writes an upload to {@code zip}, which must not exist yet, and stops at the bound. Leaves no
   * file behind if it fails; closing {@code body} is the caller's.
   *
   * @throws ServiceException {@code TOO_LARGE} if there are more than {@code maxBytes}
   * @throws IOException if the body breaks off, the disk is full or the file exists
   */
  public void receive(InputStream body, Path zip) throws IOException {
    try (OutputStream out = Files.newOutputStream(zip, StandardOpenOption.CREATE_NEW)) {
      byte[] chunk = new byte[1 << 16];
      long bytes = 0;
      for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
        bytes += count;
        requireAtMostMaxBytes(bytes);
        out.write(chunk, 0, count);
      }
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(zip);
      throw e;
    }
  }

  /**
   * Unpacks {@code zip} to the folder {@code target}, which must not exist yet. A single folder
   * that wraps all others is left away.
   *
   * @throws ServiceException {@code TOO_LARGE} if a limit is passed
   * @throws ServiceException {@code BAD_DATASET} if it is no zip, is damaged, holds no image, or
   *     has an entry that could lead out of the folder
   * @throws IOException if the target exists or cannot be written, for instance on a full disk
   */
  public UnpackedArchive unpack(Path zip, Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    requireAtMostMaxBytes(Files.size(zip));
    Path parent = target.toAbsolutePath().getParent();
    Path scratch = Files.createTempDirectory(parent, ".unpacking-");
    try (ZipFile archive = open(zip)) {
      Path content = Files.createDirectory(scratch.resolve("content"));
      EntryCopy copy = new EntryCopy(limits, Files.size(zip));
      List<? extends ZipEntry> entries = entries(archive);
      int images = 0;
      int skipped = 0;
      for (ZipEntry entry : entries) {
        if (EntryName.parse(entry.getName()).hidden()) {
          skipped++;
        } else if (entry.isDirectory()) {
          createFolder(resolve(content, entry));
        } else if (unpack(archive, entry, resolve(content, entry), copy)) {
          images++;
        } else {
          skipped++;
        }
      }
      if (images == 0) {
        throw new ServiceException(
            ErrorCode.BAD_DATASET,
            "the archive holds no image among %d entries".formatted(entries.size()));
      }
      Files.move(UnpackedFolder.unwrapped(content), target, StandardCopyOption.ATOMIC_MOVE);
      return new UnpackedArchive(target, images, skipped, copy.copied());
    } finally {
      FolderTree.delete(scratch);
    }
  }

  private List<? extends ZipEntry> entries(ZipFile archive) {
    if (archive.size() > limits.maxEntries()) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE,
          "the archive holds %d entries, at most %d are allowed"
              .formatted(archive.size(), limits.maxEntries()));
    }
    return Collections.list(archive.entries());
  }

  /** Whether the entry was an image, and is written. */
  private static boolean unpack(ZipFile archive, ZipEntry entry, Path file, EntryCopy copy)
      throws IOException {
    try (InputStream in = stream(archive, entry)) {
      byte[] start = EntryCopy.peek(entry, in, SHOWN_TO_THE_DECODER);
      if (!ImageDecoder.recognises(start)) {
        return false;
      }
      createFolder(file.getParent());
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
        copy.copy(entry, start, in, out);
      } catch (FileAlreadyExistsException e) {
        throw twice(entry.getName());
      }
      return true;
    }
  }

  private static InputStream stream(ZipFile archive, ZipEntry entry) {
    try {
      return archive.getInputStream(entry);
    } catch (IOException e) {
      throw new ServiceException(
          ErrorCode.BAD_DATASET,
          "the archive's entry %s cannot be read: %s".formatted(entry.getName(), e.getMessage()),
          e);
    }
  }

  private static Path resolve(Path content, ZipEntry entry) {
    Path path = content;
    try {
      for (String name : EntryName.parse(entry.getName()).names()) {
        path = path.resolve(name);
      }
    } catch (InvalidPathException e) { // for instance an accent where the platform knows ASCII only
      throw new ServiceException(
          ErrorCode.BAD_DATASET,
          "the archive's entry %s has a name that this platform cannot store"
              .formatted(entry.getName()),
          e);
    }
    return path;
  }

  private static void createFolder(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw twice(folder.getFileName().toString());
    }
  }

  private static ServiceException twice(String name) {
    return new ServiceException(
        ErrorCode.BAD_DATASET, "the archive holds %s twice".formatted(name));
  }

  private static ZipFile open(Path zip) throws IOException {
    try {
      return new ZipFile(zip.toFile());
    } catch (ZipException e) {
      throw new ServiceException(
          ErrorCode.BAD_DATASET, "the upload is no readable zip archive: " + e.getMessage(), e);
    }
  }

  private void requireAtMostMaxBytes(long bytes) {
    if (bytes > limits.maxBytes()) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE, "the archive has more than %d bytes".formatted(limits.maxBytes()));
    }
  }
}
