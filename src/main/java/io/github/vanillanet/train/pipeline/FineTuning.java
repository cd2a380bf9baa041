package io.github.vanillanet.train.pipeline;

import static io.github.vanillanet.base.error.ErrorCode.INVALID_REQUEST;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.vanillanet.base.error.Problems;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.json.RecordJson;
import io.github.vanillanet.model.network.Architecture;
import io.github.vanillanet.model.network.Form;
import io.github.vanillanet.model.network.VanillaNetVariant;
import io.github.vanillanet.model.repository.ModelRepository;
import io.github.vanillanet.model.repository.StoredVersion;
import io.github.vanillanet.train.loop.Recipe;
import java.util.Optional;

/** The architecture of a training that starts from a published model. */
public final class FineTuning {

  static final String FROM = "fine_tune_from";
  private static final String VARIANT = "variant";
  private static final String WIDTH = "width";

  private FineTuning() {}

  /**
   * Adds the variant, the widths, the activation, the form of the layers and the input size of the
   * model in {@code fine_tune_from}. Another input size in the request is allowed: the weights do
   * not depend on it.
   *
   * @return the request itself if it starts from no published model
   * @throws ServiceException {@code MODEL_NOT_FOUND} if the model does not exist
   * @throws ServiceException {@code INVALID_REQUEST} if the model has no weights to train, or with
   *     every member of the request that differs from the model
   */
  public static JsonNode inherited(JsonNode request, ModelRepository repository) {
    RecordJson.requireObject(request, "the training request");
    if (!request.hasNonNull(FROM)) {
      return request;
    }
    String from = request.get(FROM).asText();
    StoredVersion version = StartWeights.published(repository, from);
    Architecture architecture = version.manifest().architecture();
    ObjectNode members = Recipe.members(request);
    Problems problems = new Problems();
    otherWidth(members, architecture)
        .ifPresent(
            found -> {
              problems.add(mismatch(WIDTH, "dims " + architecture.dims(), found, from));
              members.remove(WIDTH);
            });
    for (var expected : ofNetwork(version, from).properties()) {
      String member = expected.getKey();
      JsonNode found = members.path(member);
      if (!found.isMissingNode() && !isSame(member, found, expected.getValue())) {
        problems.add(mismatch(member, expected.getValue(), found, from));
      }
      members.set(member, expected.getValue());
    }
    if (!members.has("input_size") && members.path("stages").isEmpty()) {
      members.put("input_size", architecture.inputHeight());
    }
    if (!problems.isEmpty()) {
      problems.collect(() -> Recipe.ofPublishable(members));
    }
    problems.throwIfAny();
    return members;
  }

  private static ObjectNode ofNetwork(StoredVersion version, String from) {
    Form form = version.checkpointForm();
    if (form == Form.DEPLOYED) {
      throw INVALID_REQUEST.error(
          "%s: the model '%s' has only weights of the deployed form, which cannot be trained;"
              + " choose a model that this service has trained, or import a checkpoint of the"
              + " training form",
          FROM, from);
    }
    Architecture architecture = version.manifest().architecture();
    ObjectNode members =
        JsonNodeFactory.instance
            .objectNode()
            .put(VARIANT, architecture.variant().officialName())
            .put("act_num", architecture.actNum())
            .put("deep_training", form == Form.TRAINING);
    architecture.dims().forEach(members.withArray("dims")::add);
    return members;
  }

  /** The width of the request if it is not that of the model. */
  private static Optional<JsonNode> otherWidth(ObjectNode members, Architecture architecture) {
    JsonNode width = members.path(WIDTH);
    return !width.isNumber()
            || Recipe.dims(architecture.variant(), width.asDouble()).equals(architecture.dims())
        ? Optional.empty()
        : Optional.of(width);
  }

  private static boolean isSame(String member, JsonNode found, JsonNode expected) {
    if (member.equals(VARIANT)) {
      return VanillaNetVariant.named(found.asText())
          .equals(VanillaNetVariant.named(expected.asText()));
    }
    return expected.isArray() ? found.equals(expected) : found.asText().equals(expected.asText());
  }

  private static String mismatch(String member, Object expected, JsonNode found, String from) {
    return "%s: the model in %s, '%s', has %s, found %s; leave out %s or set it to that of the model"
        .formatted(member, FROM, from, expected, found, member);
  }
}
