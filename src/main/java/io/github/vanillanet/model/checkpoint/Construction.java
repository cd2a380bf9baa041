package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Converts the calls of a pickle ({@code REDUCE}, {@code NEWOBJ}) to inert values. */
record Construction(Allowance allowance) {

  private static final int HIGHEST_RANK = 64;

  Object construct(Object callee, Object arguments) {
    if (callee instanceof Global global && arguments instanceof Object[] tuple) {
      return construct(global, tuple);
    }
    throw Rejection.of(
        "pickle: expected a call of a global with a tuple, found %s with %s",
        Rejection.kind(callee), Rejection.kind(arguments));
  }

  private Object construct(Global global, Object[] arguments) {
    Global.Use use =
        global.use().orElseThrow(() -> new IllegalStateException("unchecked " + global));
    return switch (use) {
      case REBUILD_TENSOR -> tensor(global, arguments, false);
      case REBUILD_TENSOR_WITH_DTYPE -> tensor(global, arguments, true);
      case REBUILD_PARAMETER -> parameter(global, arguments);
      case REBUILD_FROM_TYPE -> fromType(global, arguments);
      case DICT -> dict(global, List.of(arguments));
      case DEFAULT_DICT -> dict(global, Arrays.stream(arguments).skip(1).limit(2).toList());
      case SIZE -> size(global, arguments);
      case PATH -> path(global, arguments);
      case ENCODE -> encode(global, arguments);
      case NUMPY_SCALAR -> numpyScalar(global, arguments);
      case STORAGE ->
          throw Rejection.of(
              "pickle: expected storages as persistent ids, found a call of %s", global);
      case INERT -> new PickleObject(global, arguments);
    };
  }

  private TensorRef tensor(Global global, Object[] arguments, boolean withDtype) {
    int metadata = withDtype ? 7 : 6; // metadata marks a view as lazily negated or conjugated
    if (arguments.length < (withDtype ? 7 : 4)
        || arguments.length > metadata + 1
        || !(arguments[0] instanceof StorageRef storage)
        || !(arguments[1] instanceof Long offset)
        || arguments.length > metadata && !isEmpty(arguments[metadata])) {
      throw mismatch(global, "(storage, offset, size, stride, ...) without metadata");
    }
    String type = storage.type();
    if (withDtype) {
      if (!(arguments[6] instanceof Global dtype)) {
        throw mismatch(global, "a dtype");
      }
      type = dtype.name();
    }
    long[] shape = longs(global, arguments[2]);
    long[] strides = longs(global, arguments[3]);
    return new TensorRef(storage, type, offset, shape, strides);
  }

  private static boolean isEmpty(Object metadata) {
    return metadata == Unpickler.NONE
        || metadata instanceof PickleDict dict && dict.entries().isEmpty();
  }

  private long[] longs(Global global, Object tuple) {
    if (!(tuple instanceof Object[] items)
        || items.length > HIGHEST_RANK
        || !Arrays.stream(items).allMatch(Long.class::isInstance)) {
      throw mismatch(global, "tuples of at most " + HIGHEST_RANK + " 64-bit integers");
    }
    allowance.take(16 + 8L * items.length);
    return Arrays.stream(items).mapToLong(Long.class::cast).toArray();
  }

  private static TensorRef parameter(Global global, Object[] arguments) {
    if (arguments.length > 0 && arguments[0] instanceof TensorRef tensor) {
      return tensor;
    }
    throw mismatch(global, "a tensor first");
  }

  private Object fromType(Global global, Object[] arguments) {
    if (arguments.length == 4
        && arguments[0] instanceof Global function
        && arguments[2] instanceof Object[] inner
        && !function.use().equals(Optional.of(Global.Use.REBUILD_FROM_TYPE))) {
      return construct(function, inner);
    }
    throw mismatch(global, "(function, type, arguments, state)");
  }

  private PickleDict dict(Global global, List<Object> arguments) {
    PickleDict dict = new PickleDict();
    if (arguments.size() == 1 && arguments.get(0) instanceof PickleDict source) {
      allowance.take(Unpickler.ENTRY_COST * (long) source.entries().size());
      source.entries().forEach(dict::put);
    } else if (arguments.size() == 1 && arguments.get(0) instanceof PickleList pairs) {
      allowance.take(Unpickler.ENTRY_COST * (long) pairs.items().size());
      for (Object item : pairs.items()) {
        Object[] pair = item instanceof PickleList list ? list.items().toArray() : tuple(item);
        if (pair.length != 2) {
          throw mismatch(global, "a list of pairs");
        }
        dict.put(pair[0], pair[1]);
      }
    } else if (!arguments.isEmpty()) {
      throw mismatch(global, "nothing, a dict or a list of pairs");
    }
    return dict;
  }

  private static Object[] tuple(Object value) {
    return value instanceof Object[] tuple ? tuple : new Object[0];
  }

  private static Object[] size(Global global, Object[] arguments) {
    if (arguments.length == 1 && arguments[0] instanceof Object[] dimensions) {
      return dimensions;
    }
    throw mismatch(global, "a tuple");
  }

  private String path(Global global, Object[] arguments) {
    if (!Arrays.stream(arguments).allMatch(String.class::isInstance)) {
      throw mismatch(global, "strings");
    }
    allowance.take(
        48 + 2 * Arrays.stream(arguments).mapToLong(part -> 1 + part.toString().length()).sum());
    String joined =
        Arrays.stream(arguments).map(String.class::cast).collect(Collectors.joining("/"));
    return joined.startsWith("//") ? joined.substring(1) : joined;
  }

  private byte[] encode(Global global, Object[] arguments) {
    if (arguments.length == 2
        && arguments[0] instanceof String text
        && arguments[1] instanceof String charset
        && charset.matches("latin-?1|iso-?8859-1")) {
      allowance.take(16L + text.length());
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
    throw mismatch(global, "(text, 'latin1')");
  }

  /**
   * A number that numpy wrote, such as a learning rate, as a Long, Double or Boolean. Numbers of
   * other dtypes stay inert. A dtype's state is {@code (version, byte order, ...)}; one byte has
   * the order {@code |}.
   */
  private static Object numpyScalar(Global global, Object[] arguments) {
    if (arguments.length == 2
        && arguments[0] instanceof PickleObject dtype
        && dtype.type().toString().equals("numpy.dtype")
        && tuple(dtype.state()).length > 1
        && List.of("<", "|").contains(tuple(dtype.state())[1])
        && dtype.arguments().length > 0
        && dtype.arguments()[0] instanceof String code
        && arguments[1] instanceof byte[] bytes
        && code.endsWith(Integer.toString(bytes.length))) {
      ByteBuffer value = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      switch (code) {
        case "f8":
          return value.getDouble();
        case "f4":
          return (double) value.getFloat();
        case "i8":
          return value.getLong();
        case "i4":
          return (long) value.getInt();
        case "b1":
          return value.get() != 0;
        default:
          break;
      }
    }
    return new PickleObject(global, arguments);
  }

  private static RuntimeException mismatch(Global global, String expected) {
    return Rejection.of("pickle: expected %s as arguments of %s, found others", expected, global);
  }
}
