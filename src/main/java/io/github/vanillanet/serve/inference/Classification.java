package io.github.vanillanet.serve.inference;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * The answer to one image. JSON is written from the fields, without a call of each accessor.
 *
 * @param trained false if the weights are from a seed and the predictions mean nothing
 * @param precision that computed the answer: {@code int8}
 * @param unchecked whether the deadline left no time to compute an uncertain answer again; absent
 *     for a model that does not check its answers
 * @param outOfDomain whether the image may show none of the classes; absent for a model without a
 *     hint
 * @param domainScore the score behind {@code outOfDomain}, -1..1
 * @param domainExperimental true if the model's hint is experimental, otherwise absent
 * @param inexact how the image's pixels differ from an exact decode of the whole file; absent if
 *     they do not
 * @param predictions the most probable classes, best first
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonAutoDetect(fieldVisibility = Visibility.ANY, getterVisibility = Visibility.NONE)
public record Classification(
    String model,
    int version,
    boolean trained,
    String precision,
    Optional<Boolean> unchecked,
    Optional<Boolean> outOfDomain,
    Optional<Float> domainScore,
    Optional<Boolean> domainExperimental,
    Optional<String> inexact,
    List<Prediction> predictions) {}
