package io.github.vanillanet.train.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Recipes out of JSON without double quotes. */
public final class Recipes {

  private Recipes() {}

  /**
   * @param members {@code epochs: 3, dims: [8, 8, 16, 16]}, besides name and variant
   */
  public static Recipe of(String members) {
    return Recipe.of(json("name: 'tiny', variant: 'vanillanet_5'" + separator(members) + members));
  }

  private static String separator(String members) {
    return members.isEmpty() ? "" : ", ";
  }

  /** The object with these members. */
  public static JsonNode json(String members) {
    try {
      return new ObjectMapper()
          .configure(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_SINGLE_QUOTES, true)
          .configure(com.fasterxml.jackson.core.JsonParser.Feature.ALLOW_UNQUOTED_FIELD_NAMES, true)
          .readTree("{" + members + "}");
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
