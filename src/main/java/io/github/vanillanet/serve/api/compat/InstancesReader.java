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
 * Reads images from {@code {"instances": […]}} or {@code {"inputs": […]}}. An instance has its
 * base64 in one of these forms: {@code {"b64": …}} (TensorFlow Serving), {@code {"image": {"b64":
 * …}}}, {@code {"image_bytes": {"b64": …}}}, {@code {"data": …}} (TorchServe).
 */
final class InstancesReader {

  private static final Set<String> HOLDERS = Set.of("image", "image_bytes", "data");

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
   * Encoded images in their order, at least one.
   *
   * @param memory takes the bytes of the images before they are allocated
   */
  List<byte[]> read(InputStream body, LongConsumer memory) {
    return JsonValues.object(body, parser -> request(parser, memory));
  }

  private List<byte[]> request(JsonParser parser, LongConsumer memory) throws IOException {
    List<byte[]> images = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!field.equals("instances") && !field.equals("inputs")) {
        parser.skipChildren();
        continue;
      }
      JsonValues.require(parser, value, JsonToken.START_ARRAY, field);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (images.size() == maxImages) {
          throw TOO_LARGE.error("%s: expected at most %d, got more", field, maxImages);
        }
        String what = "instance " + images.size();
        images.add(instance(parser, what, memory));
      }
    }
    if (images.isEmpty()) {
      throw INVALID_REQUEST.error("expected images in 'instances' or 'inputs', got none");
    }
    return images;
  }

  private byte[] instance(JsonParser parser, String what, LongConsumer memory) throws IOException {
    JsonValues.require(parser, parser.currentToken(), JsonToken.START_OBJECT, what);
    List<byte[]> found = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("b64") || HOLDERS.contains(field) && value == JsonToken.VALUE_STRING) {
        found.add(JsonValues.base64(parser, what + ": " + field, maxImageBytes, memory));
      } else if (HOLDERS.contains(field) && value == JsonToken.START_OBJECT) {
        found.add(instance(parser, what, memory));
      } else {
        parser.skipChildren(); // other members are allowed
      }
    }
    if (found.size() != 1) {
      throw JsonValues.invalid(
          parser,
          "%s: expected one image in 'b64', 'image', 'image_bytes' or 'data', got %d"
              .formatted(what, found.size()));
    }
    return found.get(0);
  }
}
