package io.github.vanillanet.serve.api.compat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.vanillanet.base.error.ErrorCode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.serve.api.json.Base64Text;
import io.github.vanillanet.serve.api.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code {"instances": […]}} or {@code {"inputs": […]}} of images. An instance holds its
 * base64 in one of the forms in use: {@code {"b64": …}} (TensorFlow Serving), {@code {"image":
 * {"b64": …}}}, {@code {"image_bytes": {"b64": …}}}, {@code {"data": …}} (TorchServe).
 */
final class InstancesReader {

  private static final Set<String> HOLDERS = Set.of("image", "image_bytes", "data");

  private final JsonFactory json;
  private final int mostImages;
  private final int largestImage;

  /**
   * @param mostImages in one request
   * @param largestImage bytes of an encoded image
   */
  InstancesReader(int longestString, int mostImages, int largestImage) {
    this.json = JsonValues.factory(longestString);
    this.mostImages = mostImages;
    this.largestImage = largestImage;
  }

  /** Encoded images, in their order, at least one. */
  List<byte[]> read(InputStream body) {
    return JsonValues.object(json, body, this::request);
  }

  private List<byte[]> request(JsonParser parser) throws IOException {
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
        if (images.size() == mostImages) {
          throw new ServiceException(
              ErrorCode.TOO_LARGE,
              "%s: expected at most %d, found more".formatted(field, mostImages));
        }
        images.add(decoded(instance(parser, images.size()), images.size()));
      }
    }
    if (images.isEmpty()) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST, "expected images in 'instances' or 'inputs', found none");
    }
    return images;
  }

  private static String instance(JsonParser parser, int index) throws IOException {
    String what = "instance " + index;
    JsonValues.require(parser, parser.currentToken(), JsonToken.START_OBJECT, what);
    List<String> found = new ArrayList<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("b64") || HOLDERS.contains(field) && value == JsonToken.VALUE_STRING) {
        found.add(JsonValues.text(parser, value, what + ": " + field));
      } else if (HOLDERS.contains(field) && value == JsonToken.START_OBJECT) {
        found.add(instance(parser, index));
      } else {
        parser.skipChildren(); // a key of the client's, say
      }
    }
    if (found.size() != 1) {
      throw JsonValues.invalid(
          parser,
          "%s: expected one image in 'b64', 'image', 'image_bytes' or 'data', found %d"
              .formatted(what, found.size()));
    }
    return found.get(0);
  }

  private byte[] decoded(String text, int index) {
    byte[] bytes;
    try {
      bytes = Base64Text.decode(text);
    } catch (IllegalArgumentException e) {
      throw new ServiceException(
          ErrorCode.INVALID_REQUEST,
          "instance %d is no base64: %s".formatted(index, e.getMessage()));
    }
    if (bytes.length > largestImage) {
      throw new ServiceException(
          ErrorCode.TOO_LARGE,
          "instance %d: expected at most %d bytes, found %d"
              .formatted(index, largestImage, bytes.length));
    }
    return bytes;
  }
}
