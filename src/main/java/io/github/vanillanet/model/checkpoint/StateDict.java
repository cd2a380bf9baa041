package io.github.vanillanet.model.checkpoint;

import io.github.vanillanet.base.files.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Named tensors in file order, as torch's {@code state_dict}. Immutable; nothing to close. */
public record StateDict(Map<String, HostTensor> tensors) {

  public StateDict {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  public HostTensor get(String name) {
    HostTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name + " among " + tensors.keySet());
    }
    return tensor;
  }

  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /**
   * SHA-256 of every tensor's name, type, shape and bytes, in name order. Files with the same
   * weights have the same digest in any packaging.
   */
  public String sha256() {
    MessageDigest digest = Sha256.digest();
    new TreeMap<>(tensors)
        .forEach(
            (name, tensor) -> {
              digest.update((name + ' ' + tensor + '\n').getBytes(StandardCharsets.UTF_8));
              digest.update(tensor.bytes());
            });
    return HexFormat.of().formatHex(digest.digest());
  }
}
