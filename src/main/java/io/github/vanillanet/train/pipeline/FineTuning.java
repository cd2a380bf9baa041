package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.train.loop.Recipe;

/** The architecture of a training that starts from a published model. */
public final class FineTuning {

  private static final String FROM = "fine_tune_from";
  private static final String DIMS = "dims";
  private static final String ACT_NUM = "act_num";
  private static final String VARIANT = "variant";

  private FineTuning() {}

  /**
   * Adds the variant, the widths, the activation and the input size of the model in {@code
   * fine_tune_from}. Another input size in the request is allowed: the weights do not depend on it.
   *
   * @return the request itself if it starts from no published model
   * @throws ServiceException {@code MODEL_NOT_FOUND} if the model does not exist
   * @throws ServiceException {@code INVALID_REQUEST} if the request sets another variant, other
   *     widths or another activation
   */
  public static JsonNode inherited(JsonNode request, ModelRepository repository) {
    RecordJson.requireObject(request, "the training request");
    if (!request.hasNonNull(FROM)) {
      return request;
    }
    Architecture architecture =
        StartWeights.published(repository, request.get(FROM).asText()).manifest().architecture();
    ObjectNode members = request.deepCopy();
    if (!members.hasNonNull(VARIANT)) {
      members.put(VARIANT, architecture.variant().officialName());
    }
    if (!members.hasNonNull(DIMS) && !members.hasNonNull("width")) {
      members.set(DIMS, RecordJson.<ArrayNode>tree(architecture.dims()));
    }
    if (!members.hasNonNull(ACT_NUM)) {
      members.put(ACT_NUM, architecture.actNum());
    }
    if (!members.hasNonNull("input_size") && members.path("stages").isEmpty()) {
      members.put("input_size", architecture.inputHeight());
    }
    requireSame(members, architecture);
    return members;
  }

  private static void requireSame(ObjectNode members, Architecture architecture) {
    String variant = members.path(VARIANT).asText();
    String published = architecture.variant().officialName();
    if (!variant.equals(published) && !variant.equals(architecture.variant().modelName())) {
      throw mismatch(VARIANT, published, variant, members);
    }
    Recipe recipe = Recipe.of(members);
    if (!recipe.dims().equals(architecture.dims())) {
      throw mismatch(DIMS, architecture.dims(), recipe.dims(), members);
    }
    if (recipe.actNum() != architecture.actNum()) {
      throw mismatch(ACT_NUM, architecture.actNum(), recipe.actNum(), members);
    }
  }

  private static ServiceException mismatch(
      String member, Object expected, Object found, ObjectNode members) {
    return INVALID_REQUEST.error(
        "%s: the model in %s, '%s', has %s, found %s; set %s to %s or leave it out",
        member, FROM, members.get(FROM).asText(), expected, found, member, expected);
  }
}
