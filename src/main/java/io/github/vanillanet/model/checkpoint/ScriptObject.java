package io.github.vanillanet.model.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One module instance of a TorchScript archive: the class it is of, and its attributes in the order
 * in which the class declares them. A value is a {@link HostTensor}, a {@link Boolean} or another
 * {@link ScriptObject}.
 *
 * @param className as in the archive's source, without the {@code __torch__.} prefix
 */
public record ScriptObject(String className, Map<String, Object> attributes) {

  public ScriptObject {
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }
}
