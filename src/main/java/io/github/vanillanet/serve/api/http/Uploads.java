package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.LongConsumer;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** Reads uploaded files. */
public final class Uploads {

  private Uploads() {}

  /**
   * The files of a multipart field, at least one.
   *
   * @param uploads null if there is no such part
   * @param memory takes the bytes of each file before it is read
   * @throws ServiceException {@code INVALID_REQUEST} if a file is missing
   * @throws ServiceException {@code TOO_LARGE} if there are more than {@code maxFiles}
   */
  public static List<byte[]> files(
      List<FileUpload> uploads, String field, int maxFiles, LongConsumer memory) {
    if (uploads == null || uploads.isEmpty()) {
      throw noFile(field);
    }
    if (uploads.size() > maxFiles) {
      throw TOO_LARGE.error(
          "expected %s in one request, got %d",
          maxFiles == 1 ? "one image" : "at most %d images".formatted(maxFiles), uploads.size());
    }
    return uploads.stream().map(upload -> file(upload, field, memory)).toList();
  }

  /**
   * The file of a multipart field. A part without a file name has none.
   *
   * @param upload null if there is no such part
   * @param memory takes the file's bytes before it is read
   * @throws ServiceException {@code INVALID_REQUEST} if the file is missing
   */
  public static byte[] file(FileUpload upload, String field, LongConsumer memory) {
    if (upload == null || upload.uploadedFile() == null) {
      throw noFile(field);
    }
    try {
      memory.accept(upload.size());
      return Files.readAllBytes(upload.uploadedFile());
    } catch (IOException e) {
      throw new IllegalStateException("an uploaded file cannot be read", e);
    }
  }

  private static ServiceException noFile(String field) {
    return INVALID_REQUEST.error(
        "expected a file with a file name in the multipart field '%s', got none", field);
  }
}
