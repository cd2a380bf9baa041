package io.github.vanillanet.serve.api.compat;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;
import static io.github.vanillanet.base.error.ErrorCode.TOO_LARGE;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Reads images from JSON: {@code {"instances": […]}}, {@code {"inputs": […]}}, {@code {"inputs":
 * {COLUMN: […]}}} (TensorFlow Serving's columns), and from one image in {@code {"data": …}} or
 * {@code {"body": …}} (TorchServe). An instance is a string of base64, or an object with one in
 * {@code b64} or in one of the members of {@link #HOLDERS}.
 */
final class InstancesReader {

  private static final Set<String> HOLDERS = Set.of("image", "image_bytes", "data", "body");

  private final int maxImages;
  private final long maxImageBytes;

  /**
   * @param maxImages in one request
   * @param maxImageBytes of one encoded image
   */
  InstancesReader(int maxImages, long maxImageBytes) {
    this.maxImages = maxImages;
    this.maxImageBytes = maxImageBytes;
  }

  /**
   * The images of a request.
   *
   * @param encoded in their order, at least one
   * @param listed false for the only image of {@code data} or {@code body}
   */
  record Images(List<byte[]> encoded, boolean listed) {}

  /**
   * Reads the images of a request.
   *
   * @param memory takes the bytes of the images before they are allocated
   */
  Images read(InputStream body, LongConsumer memory) {
    return JsonValues.object(body, parser -> new Request(memory).read(parser));
  }

  private final class Request {

    private final LongConsumer memory;
    private final List<byte[]> images = new ArrayList<>();
    private boolean listed;

    Request(LongConsumer memory) {
      this.memory = memory;
    }

    private Images read(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        boolean columns = field.equals("inputs") && value == JsonToken.START_OBJECT;
        if (columns) {
          listed = true;
          columns(parser);
        } else if (field.equals("instances") || field.equals("inputs")) {
          listed = true;
          JsonValues.require(parser, value, JsonToken.START_ARRAY, field);
          list(parser);
        } else if (field.equals("data") || field.equals("body")) {
          add(instance(parser, field));
        } else {
          parser.skipChildren();
        }
      }
      if (images.isEmpty()) {
        throw INVALID_REQUEST.error(
            "expected images in 'instances', 'inputs', 'data' or 'body', got none");
      } else if (!listed && images.size() > 1) {
        throw INVALID_REQUEST.error("expected one image in 'data' or 'body', got both");
      }
      return new Images(images, listed);
    }

    private void list(JsonParser parser) throws IOException {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        add(instance(parser, "instance " + images.size()));
      }
    }

    /** One column has the images; columns with other names are allowed. */
    private void columns(JsonParser parser) throws IOException {
      int before = images.size();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String column = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!column.equals("b64") && !HOLDERS.contains(column)) {
          parser.skipChildren();
        } else if (images.size() > before) {
          throw JsonValues.invalid(parser, "inputs: expected one column with images, got more");
        } else if (value == JsonToken.START_ARRAY) {
          list(parser);
        } else {
          add(instance(parser, column));
        }
      }
    }

    private void add(byte[] image) {
      if (images.size() == maxImages) {
        throw TOO_LARGE.error("expected at most %d images, got more", maxImages);
      }
      images.add(image);
    }

    private byte[] instance(JsonParser parser, String what) throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        return JsonValues.base64(parser, what, maxImageBytes, memory);
      }
      JsonValues.require(parser, parser.currentToken(), JsonToken.START_OBJECT, what);
      List<byte[]> found = new ArrayList<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals("b64")
            || HOLDERS.contains(field)
                && (value == JsonToken.VALUE_STRING || value == JsonToken.START_OBJECT)) {
          if (found.size() == 1) {
            throw JsonValues.invalid(parser, what + ": expected one image, got more");
          }
          found.add(instance(parser, what + ": " + field));
        } else {
          parser.skipChildren(); // other members are allowed
        }
      }
      if (found.isEmpty()) {
        throw JsonValues.invalid(
            parser,
            "%s: expected one image in 'b64', 'image', 'image_bytes', 'data' or 'body', got none"
                .formatted(what));
      }
      return found.get(0);
    }
  }
}
