package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Converts the calls of a pickle ({@code REDUCE}, {@code NEWOBJ}) to inert values. A call with
 * arguments of another form than the known one becomes an inert object.
 */
record Construction(Allowance allowance) {

  private static final int HIGHEST_RANK = 64;

  Object construct(Object callee, Object arguments) {
    if (callee instanceof Global global && arguments instanceof Object[] tuple) {
      return construct(global, tuple);
    }
    if (callee instanceof PickleObject inert) { // a nested class, a bound method
      return new PickleObject(inert.type(), new Object[] {callee, arguments});
    }
    throw Rejection.of(
        "pickle: expected a call of a global with a tuple, found %s with %s",
        Rejection.kind(callee), Rejection.kind(arguments));
  }

  private Object construct(Global global, Object[] arguments) {
    return switch (global.use()) {
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

  private Object tensor(Global global, Object[] arguments, boolean withDtype) {
    int metadata = withDtype ? 7 : 6; // metadata marks a view as lazily negated or conjugated
    if (arguments.length < (withDtype ? 7 : 4)
        || arguments.length > metadata + 1
        || !(arguments[0] instanceof StorageRef storage)
        || !(arguments[1] instanceof Long offset)
        || !isTupleOfLongs(arguments[2])
        || !isTupleOfLongs(arguments[3])
        || arguments.length > metadata && !isEmpty(arguments[metadata])
        || withDtype && !(arguments[6] instanceof Global)) {
      return new PickleObject(global, arguments);
    }
    String type = withDtype ? ((Global) arguments[6]).name() : storage.type();
    return new TensorRef(storage, type, offset, longs(arguments[2]), longs(arguments[3]));
  }

  private static boolean isEmpty(Object metadata) {
    return metadata == Unpickler.NONE
        || metadata instanceof PickleDict dict && dict.entries().isEmpty();
  }

  private static boolean isTupleOfLongs(Object tuple) {
    return tuple instanceof Object[] items
        && items.length <= HIGHEST_RANK
        && Arrays.stream(items).allMatch(Long.class::isInstance);
  }

  private long[] longs(Object tuple) {
    Object[] items = (Object[]) tuple;
    allowance.take(16 + 8L * items.length);
    return Arrays.stream(items).mapToLong(Long.class::cast).toArray();
  }

  private static Object parameter(Global global, Object[] arguments) {
    return arguments.length > 0 && arguments[0] instanceof TensorRef tensor
        ? tensor
        : new PickleObject(global, arguments);
  }

  private Object fromType(Global global, Object[] arguments) {
    if (arguments.length == 4
        && arguments[0] instanceof Global function
        && arguments[2] instanceof Object[] inner
        && function.use() != Global.Use.REBUILD_FROM_TYPE) {
      return construct(function, inner);
    }
    return new PickleObject(global, arguments);
  }

  private Object dict(Global global, List<Object> arguments) {
    PickleDict dict = new PickleDict();
    if (arguments.size() == 1 && arguments.get(0) instanceof PickleDict source) {
      allowance.take(Unpickler.ENTRY_COST * (long) source.entries().size());
      source.entries().forEach(dict::put);
    } else if (arguments.size() == 1 && arguments.get(0) instanceof PickleList pairs) {
      allowance.take(Unpickler.ENTRY_COST * (long) pairs.items().size());
      for (Object item : pairs.items()) {
        Object[] pair = item instanceof PickleList list ? list.items().toArray() : tuple(item);
        if (pair.length != 2) {
          return new PickleObject(global, arguments.toArray());
        }
        dict.put(pair[0], pair[1]);
      }
    } else if (!arguments.isEmpty()) {
      return new PickleObject(global, arguments.toArray());
    }
    return dict;
  }

  private static Object[] tuple(Object value) {
    return value instanceof Object[] tuple ? tuple : new Object[0];
  }

  private static Object size(Global global, Object[] arguments) {
    if (arguments.length == 1 && arguments[0] instanceof Object[] dimensions) {
      return dimensions;
    }
    return new PickleObject(global, arguments);
  }

  private Object path(Global global, Object[] arguments) {
    if (!Arrays.stream(arguments).allMatch(String.class::isInstance)) {
      return new PickleObject(global, arguments);
    }
    allowance.take(
        48 + 2 * Arrays.stream(arguments).mapToLong(part -> 1 + part.toString().length()).sum());
    String joined =
        Arrays.stream(arguments).map(String.class::cast).collect(Collectors.joining("/"));
    return joined.startsWith("//") ? joined.substring(1) : joined;
  }

  private Object encode(Global global, Object[] arguments) {
    if (arguments.length == 2
        && arguments[0] instanceof String text
        && arguments[1] instanceof String charset
        && charset.matches("latin-?1|iso-?8859-1")) {
      allowance.take(16L + text.length());
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
    return new PickleObject(global, arguments);
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
}
