package io.github.vanillanet.model.bucket;

import static io.github.vanillanet.base.error.ErrorCode.BAD_CONFIGURATION;

import io.github.vanillanet.base.config.BucketConfig;
import io.github.vanillanet.base.config.RepositoryLocation;
import io.github.vanillanet.base.error.ServiceException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The objects below one prefix of a bucket. Keys are relative to the prefix. Thread-safe. */
public final class Bucket implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(20);
  private static final long MAX_TEXT = 64L << 20;
  private static final int FORBIDDEN = 403;
  private static final int PRECONDITION_FAILED = 412;
  private static final int CONFLICTING_WRITES = 409;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3Client client;
  private final RepositoryLocation location;

  private Bucket(S3Client client, RepositoryLocation location) {
    this.client = client;
    this.location = location;
  }

  /**
   * Opens no connection yet.
   *
   * @throws ServiceException {@code BAD_CONFIGURATION} if the region is unknown
   */
  public static Bucket open(RepositoryLocation location, BucketConfig config) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .socketTimeout(READ_TIMEOUT))
            // other stores do not know the checksums that Amazon's accepts
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    config
        .endpoint()
        .ifPresent(
            endpoint ->
                builder.endpointOverride(endpoint).forcePathStyle(true).region(Region.US_EAST_1));
    config.region().ifPresent(region -> builder.region(Region.of(region)));
    try {
      return new Bucket(builder.build(), location);
    } catch (SdkException e) {
      throw BAD_CONFIGURATION.error(
          e, "%s: %s; set vanillanet.s3.region", location.text(), e.getMessage());
    }
  }

  /**
   * An object in the list of a bucket.
   *
   * @param etag changes with the content; empty in a store that has none
   */
  public record Entry(String key, String etag, long bytes) {

    String line() {
      return "%s %d %s\n".formatted(key, bytes, etag);
    }
  }

  /** A small object. */
  public record Text(String content, String etag) {}

  /** All objects, by key. */
  public List<Entry> list() {
    List<Entry> entries = new ArrayList<>();
    return reached(
        "",
        "listed",
        () -> {
          for (ListObjectsV2Response page :
              client.listObjectsV2Paginator(
                  request -> request.bucket(location.bucket()).prefix(location.prefix()))) {
            if (page.name() == null && page.isTruncated() == null) { // such as a page of a proxy
              throw new IOException(
                  "the answer is no list of objects; check vanillanet.s3.endpoint");
            }
            page.contents().forEach(object -> entries.add(entry(object)));
          }
          return entries;
        });
  }

  private Entry entry(S3Object object) {
    return new Entry(
        object.key().substring(location.prefix().length()),
        Objects.toString(object.eTag(), ""),
        object.size());
  }

  /** Downloads an object to a new file. */
  public void download(String key, Path file) {
    reached(
        key,
        "read",
        () ->
            client.getObject(
                request -> request.bucket(location.bucket()).key(location.prefix() + key), file));
  }

  /** Reads a text; empty if there is no such object. */
  public Optional<Text> read(String key) {
    try {
      return reached(
          key,
          "read",
          () ->
              client.getObject(
                  request -> request.bucket(location.bucket()).key(location.prefix() + key),
                  (response, content) -> Optional.of(text(key, response, content))));
    } catch (ServiceException e) {
      if (e.getCause() instanceof NoSuchKeyException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Reads a text that the list does not have. It may be newer than the list. Stores may deny to
   * read what does not exist.
   */
  public Optional<Text> readUnlisted(String key) {
    try {
      return read(key);
    } catch (ServiceException e) {
      if (e.getCause() instanceof AwsServiceException denied && denied.statusCode() == FORBIDDEN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Text text(String key, GetObjectResponse response, InputStream content)
      throws IOException {
    if (response.contentLength() > MAX_TEXT) {
      throw new IOException(key + " has more than " + MAX_TEXT + " bytes");
    }
    try {
      byte[] bytes = content.readAllBytes();
      if (bytes.length != response.contentLength()) {
        throw new EOFException(key + " ends too early");
      }
      return new Text(new String(bytes, StandardCharsets.UTF_8), response.eTag());
    } catch (IOException e) {
      throw RetryableException.create(e.getMessage(), e); // else the SDK makes one attempt only
    }
  }

  public void upload(String key, Path file) {
    reached(key, "written", () -> client.putObject(put(key).build(), RequestBody.fromFile(file)));
  }

  /**
   * Writes an object if it still has the content that was read. A store without conditional writes
   * writes it in any case.
   *
   * @param read its content before; empty if there must be none
   * @return false if it has another content
   */
  public boolean replace(String key, Optional<Text> read, String content) {
    PutObjectRequest.Builder request = put(key);
    PutObjectRequest conditional =
        read.map(before -> request.ifMatch(before.etag()))
            .orElseGet(() -> request.ifNoneMatch("*"))
            .build();
    RequestBody body = RequestBody.fromString(content);
    return reached(
        key,
        "written",
        () -> {
          try {
            client.putObject(conditional, body);
            return true;
          } catch (AwsServiceException e) {
            if (e.statusCode() == PRECONDITION_FAILED || e.statusCode() == CONFLICTING_WRITES) {
              return false;
            }
            if (e.statusCode() != NOT_IMPLEMENTED) {
              throw e;
            }
            client.putObject(put(key).build(), body);
            return true;
          }
        });
  }

  private PutObjectRequest.Builder put(String key) {
    return PutObjectRequest.builder().bucket(location.bucket()).key(location.prefix() + key);
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  /**
   * @param key of the object; empty for all
   */
  private <T> T reached(String key, String what, Call<T> call) {
    try {
      return call.run();
    } catch (SdkException | IOException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw BAD_CONFIGURATION.error(
          e,
          "s3://%s/%s%s cannot be %s: %s",
          location.bucket(),
          location.prefix(),
          key,
          what,
          reason);
    }
  }

  RepositoryLocation location() {
    return location;
  }

  @Override
  public void close() {
    client.close();
  }
}
