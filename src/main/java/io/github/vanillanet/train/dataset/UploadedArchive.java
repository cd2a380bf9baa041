package io.github.vanillanet.train.dataset;

import static io.github.vanillanet.base.error.ErrorCode.BAD_DATASET;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.files.FolderTree;
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
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Unpacks an uploaded zip of labelled images. Entries that do not start like an image are skipped;
 * images become plain files without the executable bit. Links are therefore never created. The
 * content is written to a hidden folder {@code .unpacking-*} beside the target, which is renamed to
 * the target at the end or deleted on failure. Thread-safe.
 */
public record UploadedArchive(ArchiveLimits limits) {

  private static final int FORMAT_BYTES = 64;
  private static final String TRAIN = "train";
  private static final int MAX_NAMES = 8;
  private static final int MAX_NAME_BYTES = 255;

  /**
   * Unpacks {@code zip} to the folder {@code target}, which must not exist. Removes a single folder
   * that wraps all others.
   *
   * @throws ServiceException {@code TOO_LARGE} if a limit is exceeded
   * @throws ServiceException {@code BAD_DATASET} if the file is not a zip, is damaged, holds no
   *     image, or has an entry that could leave the folder
   * @throws IOException if the target exists or cannot be written, for example on a full disk
   */
  public void unpack(Path zip, Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Path scratch = Files.createTempDirectory(target.toAbsolutePath().getParent(), ".unpacking-");
    try (ZipFile archive = new ZipFile(zip.toFile())) {
      Path content = Files.createDirectory(scratch.resolve("content"));
      unpack(archive, content, new BoundedCopy(limits, Files.size(zip)));
      Files.move(unwrapped(content), target, StandardCopyOption.ATOMIC_MOVE);
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
    boolean foundImage = false;
    for (ZipEntry entry : archive.stream().toList()) {
      List<String> names = names(entry.getName());
      if (names.stream().anyMatch(UploadedArchive::isHidden)) {
        continue;
      }
      Path file = resolve(content, names);
      if (entry.isDirectory()) {
        createFolder(file);
      } else {
        foundImage |= unpack(archive, entry, file, copy);
      }
    }
    if (!foundImage) {
      throw BAD_DATASET.error("the archive holds %d entries, but no image", archive.size());
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

  /** Returns true for hidden files and the folder of macOS resource forks. */
  private static boolean isHidden(String name) {
    return name.startsWith(".") || name.equals("__MACOSX");
  }

  private static boolean unpack(ZipFile archive, ZipEntry entry, Path file, BoundedCopy copy)
      throws IOException {
    try (InputStream in = archive.getInputStream(entry)) {
      byte[] start = in.readNBytes(FORMAT_BYTES);
      if (!ImageDecoder.recognises(start)) {
        return false;
      }
      createFolder(file.getParent());
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(start), in);
        copy.copy(entry, whole, out);
      } catch (FileAlreadyExistsException e) {
        throw duplicate(file);
      }
      return true;
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

  /** The folder with {@code train/} or the class folders: {@code folder} or its only child. */
  private static Path unwrapped(Path folder) throws IOException {
    List<Path> children = children(folder);
    if (children.size() != 1 || children.get(0).endsWith(TRAIN)) {
      return folder;
    }
    Path child = children.get(0);
    List<Path> inner = Files.isDirectory(child) ? children(child) : List.of();
    boolean holdsFoldersOnly = !inner.isEmpty() && inner.stream().allMatch(Files::isDirectory);
    return holdsFoldersOnly || Files.isDirectory(child.resolve(TRAIN)) ? child : folder;
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.toList();
    }
  }
}
