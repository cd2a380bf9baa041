package io.github.vanillanet.model.network;

import io.github.vanillanet.model.checkpoint.HostTensor;
import io.github.vanillanet.model.checkpoint.ScriptObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors with dotted names as nested TorchScript modules, one class per module, so that the
 * archive's {@code state_dict()} has exactly these names. Weights are declared as buffers: libtorch
 * keeps a second reference to parameters, which would hold their memory after repacking.
 */
public final class ModuleTree {

  private final String className;
  private final Map<String, HostTensor> tensors = new LinkedHashMap<>();
  private final Map<String, ModuleTree> children = new LinkedHashMap<>();

  public ModuleTree(String className) {
    this.className = className;
  }

  /** An expression for {@code stages.0.conv}. Numeric names are not identifiers. */
  public static String expression(String dottedName) {
    return "getattr(".repeat(dottedName.split("\\.").length)
        + "self, \""
        + dottedName.replace(".", "\"), \"")
        + "\")";
  }

  public void add(String dottedName, HostTensor tensor) {
    int dot = dottedName.indexOf('.');
    if (dot < 0) {
      tensors.put(dottedName, tensor);
    } else {
      String child = dottedName.substring(0, dot);
      children
          .computeIfAbsent(child, name -> new ModuleTree(className + '_' + name))
          .add(dottedName.substring(dot + 1), tensor);
    }
  }

  /** Source of the nested classes, innermost first: TorchScript needs a class before its use. */
  public String childClasses() {
    StringBuilder source = new StringBuilder();
    for (ModuleTree child : children.values()) {
      source.append(child.childClasses()).append(child.declaration("", ""));
    }
    return source.toString();
  }

  /**
   * Source of this module's class.
   *
   * @param attributes declarations of further attributes
   * @param methods source of its methods
   */
  public String declaration(String attributes, String methods) {
    StringBuilder source = new StringBuilder("class ").append(className).append("(Module):\n");
    source.append("  __parameters__ = []\n  __buffers__ = [");
    tensors.keySet().forEach(name -> source.append('"').append(name).append("\", "));
    source.append("]\n  __annotations__ = []\n  training : bool\n");
    tensors.keySet().forEach(name -> source.append("  ").append(name).append(" : Tensor\n"));
    children.forEach(
        (name, child) ->
            source.append(
                "  __annotations__[\"%s\"] = __torch__.%s\n".formatted(name, child.className)));
    return source.append(attributes).append(methods).toString();
  }

  /**
   * This module's instance.
   *
   * @param further values of the further attributes, in the order of their declaration
   */
  public ScriptObject instance(Map<String, Object> further) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("training", false);
    attributes.putAll(tensors);
    children.forEach((name, child) -> attributes.put(name, child.instance(Map.of())));
    attributes.putAll(further);
    return new ScriptObject(className, attributes);
  }
}
