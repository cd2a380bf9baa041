package io.github.vanillanet.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers that numpy wrote: learning rates, epochs. */
final class NumpyScalar {

  private NumpyScalar() {}

  /** {@code scalar(dtype, bytes)} as a Long, Double or Boolean; other dtypes stay inert. */
  static Object valueOf(Global global, PickleTuple arguments) {
    if (arguments.size() == 2
        && arguments.get(0) instanceof PickleObject dtype
        && arguments.get(1) instanceof byte[] bytes
        && isLittleEndian(dtype)
        && dtype.arguments().size() > 0
        && dtype.arguments().get(0) instanceof String code
        && code.equals(code.substring(0, Math.min(1, code.length())) + bytes.length)) {
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

  /** A dtype's state is {@code (version, byte order, ...)}; one byte has the order {@code |}. */
  private static boolean isLittleEndian(PickleObject dtype) {
    return dtype.type().toString().equals("numpy.dtype")
        && dtype.state() instanceof PickleTuple state
        && state.size() > 1
        && ("<".equals(state.get(1)) || "|".equals(state.get(1)));
  }
}
