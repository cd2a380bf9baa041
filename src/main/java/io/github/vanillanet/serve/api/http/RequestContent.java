package io.github.vanillanet.serve.api.http;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import io.github.vanillanet.base.error.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import org.jboss.resteasy.reactive.multipart.FileUpload;

/** Reads the bytes and checks the parameters of a request. */
public final class RequestContent {

  private RequestContent() {}

  /** Reads a whole body, whose length was limited before. */
  public static byte[] bytes(InputStream body) {
    try {
      return body.readAllBytes();
    } catch (IOException e) {
      throw INVALID_REQUEST.error("the body ended early: %s", e.getMessage());
    }
  }

  /**
   * The files of a multipart field, at least one.
   *
   * @param uploads null if there is no such part
   * @throws ServiceException {@code INVALID_REQUEST} if a file is missing
   * @throws ServiceException {@code TOO_LARGE} if there are more than {@code maxFiles}
   */
  public static List<byte[]> files(List<FileUpload> uploads, String field, int maxFiles) {
    if (uploads == null || uploads.isEmpty()) {
      throw noFile(field);
    }
    if (uploads.size() > maxFiles) {
      throw TOO_LARGE.error(
          "expected at most %d images in one request, got %d", maxFiles, uploads.size());
    }
    return uploads.stream().map(upload -> file(upload, field)).toList();
  }

  /**
   * The file of a multipart field. A part without a file name has none.
   *
   * @param upload null if there is no such part
   * @throws ServiceException {@code INVALID_REQUEST} if the file is missing
   */
  public static byte[] file(FileUpload upload, String field) {
    if (upload == null || upload.uploadedFile() == null) {
      throw noFile(field);
    }
    try {
      return Files.readAllBytes(upload.uploadedFile());
    } catch (IOException e) {
      throw new IllegalStateException("an uploaded file cannot be read", e);
    }
  }

  private static ServiceException noFile(String field) {
    return INVALID_REQUEST.error(
        "expected a file with a file name in the multipart field '%s', got none", field);
  }

  /**
   * Parses a whole number of at least 1.
   *
   * @throws ServiceException {@code INVALID_REQUEST} if {@code text} is anything else
   */
  public static int positive(String name, String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // rejected below, like a number below 1
    }
    throw INVALID_REQUEST.error("%s: expected a whole number of at least 1, got '%s'", name, text);
  }
}
