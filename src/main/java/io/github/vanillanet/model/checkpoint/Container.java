package io.github.vanillanet.model.checkpoint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A dict with tensors somewhere in a checkpoint, or a pickled module, which has the tensors of all
 * its submodules under their dotted names, as in its state dict.
 *
 * @param path keys and attributes from the root of the file
 * @param tensors by name, in file order
 * @param others descriptions of the values that are not tensors
 */
record Container(List<String> path, Map<String, TensorRef> tensors, List<String> others) {

  private static final int DEEPEST = 8;
  private static final int MOST_VISITED = 50_000;
  private static final int MOST_INDEXED = 16;
  private static final int LONGEST_NAME = 4096;
  private static final List<String> OWN_TENSORS = List.of("_parameters", "_buffers");
  private static final String SUBMODULES = "_modules";

  private record Place(List<String> path, PickleDict entries) {}

  private record Module(String prefix, PickleDict attributes) {}

  /** The dotted path. */
  String key() {
    return String.join(".", path);
  }

  /** All containers with at least one tensor, nearest to the root first. */
  static List<Container> all(Object root) {
    List<Container> found = new ArrayList<>();
    Set<Object> visited = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Place> places = new ArrayDeque<>();
    add(places, visited, List.of(), root, found);
    while (!places.isEmpty() && visited.size() < MOST_VISITED) {
      Place place = places.removeFirst();
      Container container = of(place.path(), place.entries());
      if (!container.tensors().isEmpty()) {
        found.add(container);
      }
      if (place.path().size() < DEEPEST) {
        place
            .entries()
            .entries()
            .forEach(
                (key, value) -> {
                  if (key instanceof String name) {
                    List<String> path = new ArrayList<>(place.path());
                    path.add(name);
                    add(places, visited, path, value, found);
                  }
                });
      }
    }
    return found;
  }

  private static void add(
      Deque<Place> places,
      Set<Object> visited,
      List<String> path,
      Object value,
      List<Container> found) {
    boolean searched =
        value instanceof PickleDict
            || value instanceof PickleObject
            || value instanceof PickleList
            || value instanceof Object[];
    if (!searched || !visited.add(value)) {
      return;
    }
    if (isModule(value)) {
      found.add(new Container(path, moduleTensors((PickleObject) value), List.of()));
      return;
    }
    if (value instanceof PickleObject object && object.hasItems()) {
      places.add(new Place(path, object.items()));
    }
    places.add(new Place(path, entries(value)));
  }

  /** The entries of a dict, the attributes of an object, the first items of a list by index. */
  private static PickleDict entries(Object value) {
    if (value instanceof PickleDict dict) {
      return dict;
    }
    if (value instanceof PickleObject) {
      return attributes(value);
    }
    List<Object> items =
        value instanceof PickleList list ? list.items() : Arrays.asList((Object[]) value);
    PickleDict indexed = new PickleDict();
    for (int i = 0; i < Math.min(items.size(), MOST_INDEXED); i++) {
      if (!(items.get(i) instanceof TensorRef)) { // a list of tensors has no names
        indexed.put(Integer.toString(i), items.get(i));
      }
    }
    return indexed;
  }

  static Container of(List<String> path, PickleDict entries) {
    Map<String, TensorRef> tensors = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    entries
        .entries()
        .forEach(
            (key, value) -> {
              if (key instanceof String name && value instanceof TensorRef tensor) {
                tensors.put(name, tensor);
              } else if (!StateDictChoice.METADATA.contains(key)) {
                String name = key instanceof String text ? text : "a key that is not a string";
                others.add(Rejection.quote(name) + " (" + Rejection.kind(value) + ')');
              }
            });
    return new Container(path, tensors, others);
  }

  private static PickleDict attributes(Object value) {
    return value instanceof PickleObject object && object.state() instanceof PickleDict state
        ? state
        : new PickleDict();
  }

  /** Whether a value is a pickled {@code torch.nn.Module}. */
  private static boolean isModule(Object value) {
    return value instanceof PickleObject && attributes(value).get(SUBMODULES).isPresent();
  }

  /** The tensors of a module and its submodules, without those of any code. */
  private static Map<String, TensorRef> moduleTensors(PickleObject root) {
    Map<String, TensorRef> tensors = new LinkedHashMap<>();
    Deque<Module> modules = new ArrayDeque<>();
    modules.push(new Module("", attributes(root)));
    int visited = 0;
    while (!modules.isEmpty()) {
      Module module = modules.pop();
      if (++visited > MOST_VISITED || module.prefix().length() > LONGEST_NAME) {
        throw Rejection.of("expected a module of at most %d submodules", MOST_VISITED);
      }
      for (String own : OWN_TENSORS) {
        if (module.attributes().get(own).orElse(Unpickler.NONE) instanceof PickleDict dict) {
          dict.entries()
              .forEach(
                  (key, value) -> {
                    if (key instanceof String name && value instanceof TensorRef tensor) {
                      tensors.put(module.prefix() + name, tensor);
                    }
                  });
        }
      }
      if (module.attributes().get(SUBMODULES).orElse(Unpickler.NONE) instanceof PickleDict dict) {
        List<Module> children = new ArrayList<>();
        dict.entries()
            .forEach(
                (key, value) -> {
                  if (key instanceof String name && value instanceof PickleObject) {
                    children.add(new Module(module.prefix() + name + '.', attributes(value)));
                  }
                });
        Collections.reverse(children); // the first submodule is popped first
        children.forEach(modules::push);
      }
    }
    return tensors;
  }
}
