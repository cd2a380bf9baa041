package io.github.vanillanet.model.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What becomes of {@code REDUCE} and {@code NEWOBJ}: an inert value, never a call. */
final class Construction {

  private static final int HIGHEST_RANK = 64;

  private final Allowance allowance;

  Construction(Allowance allowance) {
    this.allowance = allowance;
  }

  Object construct(Object callee, Object arguments) {
    if (!(callee instanceof Global global) || !(arguments instanceof PickleTuple tuple)) {
      throw Refusal.of(
          "pickle: expected a global called with a tuple, found %s with %s",
          Refusal.kind(callee), Refusal.kind(arguments));
    }
    return construct(global, tuple);
  }

  private Object construct(Global global, PickleTuple arguments) {
    GlobalUse use =
        AllowedGlobals.use(global)
            .orElseThrow(() -> new IllegalStateException("unchecked " + global));
    return switch (use) {
      case REBUILD_TENSOR -> tensor(global, arguments, false);
      case REBUILD_TENSOR_WITH_DTYPE -> tensor(global, arguments, true);
      case REBUILD_PARAMETER -> parameter(global, arguments);
      case REBUILD_FROM_TYPE -> fromType(global, arguments);
      case DICT -> dict(global, arguments.items());
      case DEFAULT_DICT -> dict(global, arguments.items().stream().skip(1).limit(2).toList());
      case SIZE -> size(global, arguments);
      case PATH -> path(global, arguments);
      case ENCODE -> encode(global, arguments);
      case NUMPY_SCALAR -> NumpyScalar.valueOf(global, arguments);
      case STORAGE ->
          throw Refusal.of("pickle: expected storages as persistent ids, found %s called", global);
      case INERT -> new PickleObject(global, arguments);
    };
  }

  private TensorRef tensor(Global global, PickleTuple arguments, boolean withDtype) {
    int metadata = withDtype ? 7 : 6;
    if (arguments.size() < (withDtype ? 7 : 4)
        || arguments.size() > metadata + 1
        || !(arguments.get(0) instanceof StorageRef storage)
        || !(arguments.get(1) instanceof Long offset)
        || arguments.size() > metadata && !isEmpty(arguments.get(metadata))) {
      throw mismatch(global, "(storage, offset, size, stride, ...) without metadata");
    }
    String type = storage.type();
    if (withDtype) {
      if (!(arguments.get(6) instanceof Global dtype)) {
        throw mismatch(global, "a dtype");
      }
      type = dtype.name();
    }
    long[] shape = longs(global, arguments.get(2));
    long[] strides = longs(global, arguments.get(3));
    return new TensorRef(storage, type, offset, shape, strides);
  }

  /** Metadata says that a view is lazily negated or conjugated. */
  private static boolean isEmpty(Object metadata) {
    return metadata == PickleNone.NONE
        || metadata instanceof PickleDict dict && dict.entries().isEmpty();
  }

  private long[] longs(Global global, Object tuple) {
    if (!(tuple instanceof PickleTuple items)
        || items.size() > HIGHEST_RANK
        || !items.items().stream().allMatch(Long.class::isInstance)) {
      throw mismatch(global, "tuples of at most " + HIGHEST_RANK + " 64-bit integers");
    }
    allowance.take(16 + 8L * items.size());
    return items.items().stream().mapToLong(Long.class::cast).toArray();
  }

  private static TensorRef parameter(Global global, PickleTuple arguments) {
    if (arguments.size() > 0 && arguments.get(0) instanceof TensorRef tensor) {
      return tensor;
    }
    throw mismatch(global, "a tensor first");
  }

  private Object fromType(Global global, PickleTuple arguments) {
    if (arguments.size() == 4
        && arguments.get(0) instanceof Global function
        && arguments.get(2) instanceof PickleTuple inner
        && !AllowedGlobals.use(function).equals(Optional.of(GlobalUse.REBUILD_FROM_TYPE))) {
      return construct(function, inner);
    }
    throw mismatch(global, "(function, type, arguments, state)");
  }

  private PickleDict dict(Global global, List<Object> arguments) {
    PickleDict dict = new PickleDict();
    if (arguments.isEmpty()) {
      return dict;
    }
    if (arguments.size() == 1 && arguments.get(0) instanceof PickleDict source) {
      allowance.take(Unpickler.ENTRY_COST * (long) source.entries().size());
      source.entries().forEach(dict::put);
      return dict;
    }
    if (arguments.size() == 1 && arguments.get(0) instanceof PickleList pairs) {
      allowance.take(Unpickler.ENTRY_COST * (long) pairs.items().size());
      for (Object item : pairs.items()) {
        List<Object> pair =
            item instanceof PickleTuple tuple
                ? tuple.items()
                : item instanceof PickleList list ? list.items() : List.of();
        if (pair.size() != 2) {
          throw mismatch(global, "a list of pairs");
        }
        dict.put(pair.get(0), pair.get(1));
      }
      return dict;
    }
    throw mismatch(global, "nothing, a dict or a list of pairs");
  }

  private static PickleTuple size(Global global, PickleTuple arguments) {
    if (arguments.size() == 1 && arguments.get(0) instanceof PickleTuple dimensions) {
      return dimensions;
    }
    throw mismatch(global, "a tuple");
  }

  private String path(Global global, PickleTuple arguments) {
    if (!arguments.items().stream().allMatch(String.class::isInstance)) {
      throw mismatch(global, "strings");
    }
    allowance.take(
        48 + 2 * arguments.items().stream().mapToLong(part -> 1 + part.toString().length()).sum());
    String joined =
        arguments.items().stream().map(String.class::cast).collect(Collectors.joining("/"));
    return joined.startsWith("//") ? joined.substring(1) : joined;
  }

  private byte[] encode(Global global, PickleTuple arguments) {
    if (arguments.size() == 2
        && arguments.get(0) instanceof String text
        && arguments.get(1) instanceof String charset
        && charset.matches("latin-?1|iso-?8859-1")) {
      allowance.take(16L + text.length());
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
    throw mismatch(global, "(text, 'latin1')");
  }

  private static RuntimeException mismatch(Global global, String expected) {
    return Refusal.of("pickle: expected %s as arguments of %s, found others", expected, global);
  }
}
