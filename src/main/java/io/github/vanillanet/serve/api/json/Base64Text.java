package io.github.vanillanet.serve.api.json;

import java.util.Base64;

/** Bytes in JSON. */
public final class Base64Text {

  private Base64Text() {}

  /**
   * Decodes base64 with or without padding. Line breaks and spaces are passed over: {@code base64}
   * and Python write them, and the servers that these clients come from do not mind.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static byte[] decode(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Base64.getDecoder().decode(text.replaceAll("\\s+", ""));
    }
  }
}
