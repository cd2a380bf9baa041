package io.github.vanillanet.model.checkpoint;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pickle machine that executes nothing: globals are compared with {@link AllowedGlobals}, calls
 * become inert values. It never recurses and never walks a finished graph, so depth, cycles and
 * sharing cost nothing; every opcode and object is paid from an allowance, so a pickle cannot
 * outgrow it. Not thread-safe.
 */
final class Unpickler {

  /** More than any object that is charged so takes in the JVM. */
  static final int ENTRY_COST = 96;

  private static final int OPCODE_COST = 16;
  private static final int OBJECT_COST = 80;
  private static final int ITEM_COST = 16;
  private static final int LONGEST_INTEGER = 64;
  private static final int LONGEST_GLOBAL = 512;

  private final PickleInput input;
  private final Allowance allowance;
  private final Construction construction;
  private final PickleStack stack = new PickleStack();
  private final Map<Long, Object> memo = new HashMap<>();
  private final Map<String, StorageRef> storages = new LinkedHashMap<>();

  Unpickler(PickleInput input, Allowance allowance) {
    this.input = input;
    this.allowance = allowance;
    this.construction = new Construction(allowance);
  }

  /** Reads one pickle, up to and including its {@code STOP}. */
  Object load() {
    int first = input.u8();
    int protocol = input.u8();
    if (first != 0x80 || protocol < 2 || protocol > 5) {
      throw Refusal.of(
          "pickle: expected protocol 2 to 5 (80 02 to 80 05), found %02x %02x", first, protocol);
    }
    while (true) {
      int at = input.position();
      int code = input.u8();
      allowance.take(OPCODE_COST);
      PickleOpcode opcode =
          PickleOpcode.of(code)
              .orElseThrow(
                  () ->
                      Refusal.of(
                          "refused: pickle opcode 0x%02x found at offset %d; expected one that makes data",
                          code, at));
      if (opcode == PickleOpcode.STOP) {
        return stack.pop();
      }
      execute(opcode);
    }
  }

  /** Every storage that the pickle named, by key. */
  Map<String, StorageRef> storages() {
    return storages;
  }

  private void execute(PickleOpcode opcode) {
    switch (opcode) {
      case PROTO -> input.u8();
      case FRAME -> input.require(input.u64());
      case MARK -> {
        allowance.take(OPCODE_COST);
        stack.mark();
      }
      case POP -> stack.pop();
      case POP_MARK -> stack.popToMark();
      case DUP -> stack.push(stack.peek());
      case NONE -> stack.push(PickleNone.NONE);
      case NEWTRUE -> stack.push(Boolean.TRUE);
      case NEWFALSE -> stack.push(Boolean.FALSE);
      case BININT -> push((long) input.i32());
      case BININT1 -> push((long) input.u8());
      case BININT2 -> push((long) input.u16());
      case LONG1 -> push(integer(input.u8()));
      case LONG4 -> push(integer(input.u32()));
      case BINFLOAT -> push(input.float64());
      case SHORT_BINSTRING, SHORT_BINUNICODE -> stack.push(input.utf8(input.u8()));
      case BINSTRING, BINUNICODE -> stack.push(input.utf8(input.u32()));
      case BINUNICODE8 -> stack.push(input.utf8(input.u64()));
      case SHORT_BINBYTES -> stack.push(input.bytes(input.u8()));
      case BINBYTES -> stack.push(input.bytes(input.u32()));
      case BINBYTES8, BYTEARRAY8 -> stack.push(input.bytes(input.u64()));
      case EMPTY_LIST, EMPTY_SET -> push(new PickleList());
      case EMPTY_DICT -> push(new PickleDict());
      case EMPTY_TUPLE -> push(new PickleTuple(List.of()));
      case TUPLE1 -> tuple(1);
      case TUPLE2 -> tuple(2);
      case TUPLE3 -> tuple(3);
      case TUPLE, FROZENSET -> push(new PickleTuple(paid(stack.popToMark())));
      case LIST -> {
        List<Object> items = paid(stack.popToMark());
        PickleList list = new PickleList();
        list.items().addAll(items);
        push(list);
      }
      case DICT -> {
        List<Object> items = stack.popToMark();
        push(new PickleDict());
        setItems(items);
      }
      case APPEND -> append(List.of(stack.pop()));
      case APPENDS, ADDITEMS -> append(stack.popToMark());
      case SETITEM -> {
        Object value = stack.pop();
        Object key = stack.pop();
        setItems(List.of(key, value));
      }
      case SETITEMS -> setItems(stack.popToMark());
      case BINPUT -> memoize(input.u8());
      case LONG_BINPUT -> memoize(input.u32());
      case MEMOIZE -> memoize(memo.size());
      case BINGET -> recall(input.u8());
      case LONG_BINGET -> recall(input.u32());
      case GLOBAL -> {
        String module = input.line();
        global(module, input.line());
      }
      case STACK_GLOBAL -> stackGlobal();
      case BINPERSID -> storage(StorageRef.of(stack.pop()));
      case REDUCE, NEWOBJ -> {
        Object arguments = stack.pop();
        construct(stack.pop(), arguments);
      }
      case NEWOBJ_EX -> {
        stack.pop(); // keyword arguments say nothing about weights
        Object arguments = stack.pop();
        construct(stack.pop(), arguments);
      }
      case BUILD -> build();
      case STOP -> throw new IllegalStateException("handled by load");
    }
  }

  private void push(Object object) {
    allowance.take(OBJECT_COST);
    stack.push(object);
  }

  private Object integer(long length) {
    if (length > LONGEST_INTEGER) {
      throw Refusal.of(
          "pickle: expected integers of at most %d bytes, found %d", LONGEST_INTEGER, length);
    }
    byte[] littleEndian = input.bytes(length);
    byte[] bigEndian = new byte[littleEndian.length + 1];
    int sign = length > 0 && littleEndian[littleEndian.length - 1] < 0 ? -1 : 0;
    bigEndian[0] = (byte) sign;
    for (int i = 0; i < littleEndian.length; i++) {
      bigEndian[bigEndian.length - 1 - i] = littleEndian[i];
    }
    BigInteger value = new BigInteger(bigEndian);
    if (value.bitLength() < Long.SIZE) {
      return value.longValue();
    }
    return value;
  }

  private List<Object> paid(List<Object> items) {
    allowance.take((long) ITEM_COST * items.size());
    return items;
  }

  private void tuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = stack.pop();
    }
    push(new PickleTuple(List.of(items)));
  }

  private void append(List<Object> items) {
    if (!(stack.peek() instanceof PickleList list)) {
      throw Refusal.of(
          "pickle: expected a list to append to, found %s", Refusal.kind(stack.peek()));
    }
    list.items().addAll(paid(items));
  }

  private void setItems(List<Object> keysAndValues) {
    if (!(stack.peek() instanceof PickleDict dict) || keysAndValues.size() % 2 != 0) {
      throw Refusal.of(
          "pickle: expected pairs for a dict, found %d values for %s",
          keysAndValues.size(), Refusal.kind(stack.peek()));
    }
    allowance.take((long) ENTRY_COST * keysAndValues.size() / 2);
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      dict.put(keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  private void memoize(long index) {
    allowance.take(ENTRY_COST);
    memo.put(index, stack.peek());
  }

  private void recall(long index) {
    Object value = memo.get(index);
    if (value == null) {
      throw Refusal.of("pickle: expected a memo entry %d, found none", index);
    }
    stack.push(value);
  }

  private void stackGlobal() {
    Object name = stack.pop();
    Object module = stack.pop();
    if (!(module instanceof String moduleText) || !(name instanceof String nameText)) {
      throw Refusal.of(
          "pickle: expected a global's name as two strings, found %s and %s",
          Refusal.kind(module), Refusal.kind(name));
    }
    global(moduleText, nameText);
  }

  private void global(String module, String name) {
    Global global = new Global(module, name);
    if (module.length() + name.length() > LONGEST_GLOBAL || AllowedGlobals.use(global).isEmpty()) {
      throw Refusal.of(
          "refused: global %s.%s; expected only tensors, dicts and plain values",
          Refusal.quote(module), Refusal.quote(name));
    }
    push(global);
  }

  private void storage(StorageRef storage) {
    StorageRef earlier = storages.putIfAbsent(storage.key(), storage);
    if (earlier != null && !earlier.equals(storage)) {
      throw Refusal.of(
          "storage %s: expected one description, found %d of %s and %d of %s",
          Refusal.quote(storage.key()),
          earlier.elements(),
          Refusal.quote(earlier.type()),
          storage.elements(),
          Refusal.quote(storage.type()));
    }
    allowance.take(ENTRY_COST);
    push(storage);
  }

  private void construct(Object callee, Object arguments) {
    push(construction.construct(callee, arguments));
  }

  private void build() {
    Object state = stack.pop();
    Object target = stack.peek();
    if (target instanceof PickleObject object) {
      object.build(state);
    } else if (!(target instanceof PickleDict || target instanceof TensorRef)) {
      // On a dict or a tensor it sets attributes, such as a state dict's _metadata: dropped.
      throw Refusal.of(
          "pickle: expected state for an object, found it for %s", Refusal.kind(target));
    }
  }
}
