package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
import io.github.vanillanet.base.files.Leftovers;
import io.github.vanillanet.base.files.OwnedName;
import io.github.vanillanet.base.image.ImageDecoder;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Unpacks an uploaded zip of labelled images. Entries become plain files without the executable
 * bit; links are never created. Of an entry that is neither an image nor a table, only the first
 * bytes are kept, so that the scan of the folder can report its name and format. The content is
 * written to a hidden folder {@code .unpacking-*} beside the target, which is renamed to the target
 * at the end or deleted on failure. Thread-safe.
 */
public record UploadedArchive(ArchiveLimits limits) {

  private static final int FORMAT_BYTES = 64;
  private static final String TABLE = ".csv";
  private static final int MAX_NAMES = 8;
  private static final int MAX_NAME_BYTES = 255;

  /**
   * Unpacks {@code zip} to the folder {@code target}, which must not exist.
   *
   * @throws ServiceException {@code TOO_LARGE} if a limit is exceeded
   * @throws ServiceException {@code BAD_DATASET} if the file is not a zip, is damaged, or has an
   *     entry that could leave the folder
   * @throws IOException if the target exists or cannot be written, for example on a full disk
   */
  public void unpack(Path zip, Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Path parent = target.toAbsolutePath().getParent();
    Leftovers.delete(parent);
    Path scratch = Files.createDirectory(parent.resolve(".unpacking-" + OwnedName.next()));
    try (ZipFile archive = new ZipFile(zip.toFile())) {
      Path content = Files.createDirectory(scratch.resolve("content"));
      unpack(archive, content, new BoundedCopy(limits, Files.size(zip)));
      Files.move(content, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (ZipException | EOFException e) {
      throw BAD_DATASET.error(e, "the upload is not a zip or is damaged: %s", e.getMessage());
    } finally {
      FolderTree.delete(scratch);
    }
  }

  private void unpack(ZipFile archive, Path content, BoundedCopy copy) throws IOException {
    if (archive.size() > limits.maxEntries()) {
      throw TOO_LARGE.error(
          "the archive holds %d entries, at most %d are allowed",
          archive.size(), limits.maxEntries());
    }
    for (ZipEntry entry : archive.stream().toList()) {
      List<String> names = names(entry.getName());
      Path file = resolve(content, names);
      if (entry.isDirectory()) {
        createFolder(file);
      } else {
        unpack(archive, entry, file, copy);
      }
    }
  }

  /**
   * Splits the path of an entry, and rejects the whole archive if it is not plain and relative.
   *
   * @param path as stored in the archive; that of a folder ends with a slash
   */
  private static List<String> names(String path) {
    List<String> names = List.of(path.replaceFirst("/$", "").split("/", -1));
    boolean hasDrive = path.length() > 1 && path.charAt(1) == ':';
    if (path.indexOf('\\') >= 0
        || hasDrive
        || path.chars().anyMatch(Character::isISOControl)
        || names.size() > MAX_NAMES
        || !names.stream().allMatch(UploadedArchive::isSafe)) {
      throw BAD_DATASET.error(
          "the archive entry \"%s\" must be a relative path with forward slashes,"
              + " without '..'",
          path.replaceAll("\\p{Cntrl}", "?"));
    }
    return names;
  }

  private static boolean isSafe(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_BYTES;
  }

  private static void unpack(ZipFile archive, ZipEntry entry, Path file, BoundedCopy copy)
      throws IOException {
    createFolder(file.getParent());
    try (InputStream in = archive.getInputStream(entry);
        OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
      byte[] start = in.readNBytes(FORMAT_BYTES);
      boolean isTable = file.toString().toLowerCase(Locale.ROOT).endsWith(TABLE);
      if (isTable || ImageDecoder.mayBeImage(start)) {
        copy.copy(entry, new SequenceInputStream(new ByteArrayInputStream(start), in), out);
      } else {
        out.write(start);
      }
    } catch (FileAlreadyExistsException e) {
      throw duplicate(file);
    }
  }

  private static Path resolve(Path content, List<String> names) {
    try {
      return content.resolve(String.join("/", names));
    } catch (InvalidPathException e) { // for example an accent on a platform limited to ASCII
      throw BAD_DATASET.error(
          e, "this platform cannot store a file with the name of the archive entry %s", names);
    }
  }

  private static void createFolder(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw duplicate(folder);
    }
  }

  private static ServiceException duplicate(Path file) {
    return BAD_DATASET.error("the archive holds %s twice", file.getFileName());
  }
}
