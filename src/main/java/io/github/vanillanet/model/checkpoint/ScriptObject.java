package io.github.vanillanet.model.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A module instance of a TorchScript archive.
 *
 * @param className the class in the archive's source, without the {@code __torch__.} prefix
 * @param attributes in the order of their declaration in the class; a value is a {@link
 *     HostTensor}, a {@link Boolean}, an empty {@link java.util.Optional} or another {@link
 *     ScriptObject}
 */
public record ScriptObject(String className, Map<String, Object> attributes) {

  public ScriptObject {
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }
}
