package io.github.vanillanet.train.look;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.train.loop.Recipe;
import java.util.Optional;

/** Decides every member of a recipe that a request leaves out. */
public final class RecipeChoice {

  private RecipeChoice() {}

  /**
   * Completes a request. The values come from the request's preset.
   *
   * @param data facts about the images
   * @param machine that will train
   * @param measured steps on this machine, once there are any
   * @throws ServiceException {@code INVALID_REQUEST} if the request is not valid
   */
  public static Recipe of(
      JsonNode request, DataFacts data, Machine machine, Optional<Measured> measured) {
    return Recipe.of(request);
  }
}
