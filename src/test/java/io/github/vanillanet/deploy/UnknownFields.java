package io.github.vanillanet.deploy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Finds unknown fields in a Kubernetes object. Its classes collect the fields they do not know. */
final class UnknownFields {

  private static final String ASIDE = "getAdditionalProperties";

  private final List<String> found = new ArrayList<>();

  private UnknownFields() {}

  /** Paths of all unknown fields. */
  static List<String> in(Object object) {
    UnknownFields walk = new UnknownFields();
    walk.visit("", object);
    return List.copyOf(walk.found);
  }

  private void visit(String path, Object value) {
    if (value instanceof Collection<?> items) {
      int index = 0;
      for (Object item : items) {
        visit(path + '[' + index++ + ']', item);
      }
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((key, item) -> visit(path + '.' + key, item));
    } else if (value != null && value.getClass().getName().startsWith("io.fabric8.")) {
      fields(path, value);
    } else if (value instanceof Record) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        visit(path + '.' + component.getName(), call(component.getAccessor(), value));
      }
    }
  }

  private void fields(String path, Object value) {
    for (Method method : value.getClass().getMethods()) {
      if (method.getParameterCount() > 0 || !method.getName().startsWith("get")) {
        continue;
      }
      if (method.getName().equals(ASIDE)) {
        if (!isQuantity(value)) {
          ((Map<?, ?>) call(method, value)).keySet().forEach(key -> found.add(path + '.' + key));
        }
      } else if (!method.getName().equals("getClass")) {
        String name = method.getName().substring(3);
        visit(
            path + '.' + Character.toLowerCase(name.charAt(0)) + name.substring(1),
            call(method, value));
      }
    }
  }

  /** A quantity is a string in YAML and has no fields. */
  private static boolean isQuantity(Object value) {
    return value.getClass().getSimpleName().equals("Quantity");
  }

  private static Object call(Method method, Object value) {
    try {
      return method.invoke(value);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    } catch (InvocationTargetException e) {
      return null; // a derived value that does not exist
    }
  }
}
