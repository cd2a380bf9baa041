package io.github.vanillanet.model.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the pickle subset (protocol 2, no memo) that torch reads: dicts, strings, integers,
 * booleans, empty optionals as None, tensors by reference to their storage, and module instances.
 * Collects the storages in order; the n-th belongs in the archive's record {@code data/n}.
 */
final class PickleWriter {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<HostTensor> storages = new ArrayList<>();

  /** A complete pickle of {@code value}. {@link #storages()} returns the tensors in it. */
  byte[] pickle(Object value) {
    out.writeBytes(new byte[] {(byte) 0x80, 2}); // PROTO 2
    write(value);
    out.write('.'); // STOP
    return out.toByteArray();
  }

  List<HostTensor> storages() {
    return List.copyOf(storages);
  }

  private void write(Object value) {
    if (value instanceof HostTensor tensor) {
      tensor(tensor);
    } else if (value instanceof ScriptObject object) {
      instance(object);
    } else if (value instanceof Map<?, ?> map) {
      out.write('}'); // EMPTY_DICT
      items(map);
    } else if (value instanceof String text) {
      string(text);
    } else if (value instanceof Optional<?> optional && optional.isEmpty()) {
      out.write('N'); // NONE
    } else if (value instanceof Boolean bool) {
      out.write(bool ? 0x88 : 0x89); // NEWTRUE, NEWFALSE
    } else if (value instanceof Integer || value instanceof Long) {
      integer(((Number) value).longValue());
    } else if (value instanceof Double number) {
      out.write('G'); // BINFLOAT, big-endian
      out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
    } else {
      throw new IllegalArgumentException(
          "expected a tensor, module, map, string, boolean or number, found " + value.getClass());
    }
  }

  private void instance(ScriptObject object) {
    global("__torch__", object.className());
    out.writeBytes(new byte[] {')', (byte) 0x81, '}'}); // EMPTY_TUPLE, NEWOBJ, EMPTY_DICT
    items(object.attributes());
    out.write('b'); // BUILD
  }

  private void items(Map<?, ?> map) {
    out.write('('); // MARK
    map.forEach(
        (key, value) -> {
          write(key);
          write(value);
        });
    out.write('u'); // SETITEMS
  }

  private void tensor(HostTensor tensor) {
    global("torch._utils", "_rebuild_tensor_v2");
    out.writeBytes(new byte[] {'(', '('}); // MARK of the arguments, MARK of the persistent id
    string("storage");
    global("torch", tensor.type().storageClass());
    string(Integer.toString(storages.size()));
    string("cpu");
    integer(tensor.elementCount());
    out.writeBytes(new byte[] {'t', 'Q'}); // TUPLE, BINPERSID
    integer(0); // storage offset
    long[] shape = tensor.shape();
    tuple(shape);
    tuple(rowMajorStrides(shape));
    out.write(0x89); // NEWFALSE: requires_grad
    global("collections", "OrderedDict");
    out.writeBytes(new byte[] {')', 'R'}); // EMPTY_TUPLE, REDUCE: no backward hooks
    out.writeBytes(new byte[] {'t', 'R'}); // TUPLE, REDUCE
    storages.add(tensor);
  }

  private static long[] rowMajorStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, shape[i]);
    }
    return strides;
  }

  private void tuple(long[] values) {
    out.write('(');
    for (long value : values) {
      integer(value);
    }
    out.write('t');
  }

  private void integer(long value) {
    if (value >= 0 && value < 256) {
      out.writeBytes(new byte[] {'K', (byte) value}); // BININT1
    } else if (value == (int) value) {
      out.write('J'); // BININT
      out.writeBytes(little(4).putInt((int) value).array());
    } else {
      out.writeBytes(new byte[] {(byte) 0x8a, 8}); // LONG1
      out.writeBytes(little(8).putLong(value).array());
    }
  }

  private void string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.write('X'); // BINUNICODE
    out.writeBytes(little(4).putInt(utf8.length).array());
    out.writeBytes(utf8);
  }

  private void global(String module, String name) {
    out.writeBytes(("c" + module + '\n' + name + '\n').getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
