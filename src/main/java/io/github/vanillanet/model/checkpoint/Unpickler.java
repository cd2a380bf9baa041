package io.github.vanillanet.model.checkpoint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pickle machine that executes nothing. Globals are names, see {@link Global}, and calls become
 * inert values, see {@link Construction}. It understands the opcodes that protocols 2 to 5 write
 * for data.
 *
 * <p>A tuple is an {@code Object[]}, a list or set a {@link PickleList}, a dict a {@link
 * PickleDict}; strings, bytes and numbers are Java's. The machine never recurses and never walks a
 * finished graph, so depth, cycles and sharing cost nothing. Each opcode and object is charged to
 * an allowance. Not thread-safe.
 *
 * @see <a href="https://github.com/python/cpython/blob/3.12/Lib/pickletools.py">pickletools</a>
 */
final class Unpickler {

  static final Object NONE = Optional.empty();

  /** An upper bound on the memory of an object with this charge. */
  static final int ENTRY_COST = 96;

  private static final int OPCODE_COST = 16;
  private static final int OBJECT_COST = 80;
  private static final int ITEM_COST = 16;
  private static final int LONGEST_GLOBAL = 512;

  private final PickleInput input;
  private final Allowance allowance;
  private final Construction construction;
  private final Map<Long, Object> memo = new HashMap<>();
  private final Map<String, StorageRef> storages = new LinkedHashMap<>();

  private List<Object> stack = new ArrayList<>();

  /** The operands below each mark. */
  private final Deque<List<Object>> belowMarks = new ArrayDeque<>();

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
      throw Rejection.of(
          "pickle: expected protocol 2 to 5 (80 02 to 80 05), found %02x %02x", first, protocol);
    }
    int opcode = input.u8();
    while (opcode != '.') { // STOP
      allowance.take(OPCODE_COST);
      execute(opcode);
      opcode = input.u8();
    }
    return pop();
  }

  Map<String, StorageRef> storages() {
    return storages;
  }

  private void execute(int opcode) {
    switch (opcode) {
      case 0x80 -> input.u8(); // PROTO
      case 0x95 -> input.require(input.u64()); // FRAME
      case '(' -> { // MARK
        allowance.take(OBJECT_COST);
        belowMarks.push(stack);
        stack = new ArrayList<>(0);
      }
      case '0' -> pop(); // POP
      case '1' -> popToMark(); // POP_MARK
      case '2' -> stack.add(peek()); // DUP
      case 'N' -> stack.add(NONE); // NONE
      case 0x88 -> stack.add(Boolean.TRUE); // NEWTRUE
      case 0x89 -> stack.add(Boolean.FALSE); // NEWFALSE
      case 'J' -> push((long) input.i32()); // BININT
      case 'K' -> push((long) input.u8()); // BININT1
      case 'M' -> push((long) input.u16()); // BININT2
      case 0x8a -> push(input.integer(input.u8())); // LONG1
      case 0x8b -> push(input.integer(input.u32())); // LONG4
      case 'G' -> push(input.float64()); // BINFLOAT
      case 'U', 0x8c -> stack.add(input.utf8(input.u8())); // SHORT_BINSTRING, SHORT_BINUNICODE
      case 'T', 'X' -> stack.add(input.utf8(input.u32())); // BINSTRING, BINUNICODE
      case 0x8d -> stack.add(input.utf8(input.u64())); // BINUNICODE8
      case 'C' -> stack.add(input.bytes(input.u8())); // SHORT_BINBYTES
      case 'B' -> stack.add(input.bytes(input.u32())); // BINBYTES
      case 0x8e, 0x96 -> stack.add(input.bytes(input.u64())); // BINBYTES8, BYTEARRAY8
      case ']', 0x8f -> push(new PickleList(new ArrayList<>(0))); // EMPTY_LIST, EMPTY_SET
      case '}' -> push(new PickleDict()); // EMPTY_DICT
      case ')' -> push(new Object[0]); // EMPTY_TUPLE
      case 0x85 -> tuple(1); // TUPLE1
      case 0x86 -> tuple(2); // TUPLE2
      case 0x87 -> tuple(3); // TUPLE3
      case 't', 0x91 -> push(charged(popToMark()).toArray()); // TUPLE, FROZENSET
      case 'l' -> push(new PickleList(charged(popToMark()))); // LIST
      case 'd' -> { // DICT
        List<Object> items = popToMark();
        push(new PickleDict());
        setItems(items);
      }
      case 'a' -> append(List.of(pop())); // APPEND
      case 'e', 0x90 -> append(popToMark()); // APPENDS, ADDITEMS
      case 's' -> { // SETITEM
        Object value = pop();
        setItems(List.of(pop(), value));
      }
      case 'u' -> setItems(popToMark()); // SETITEMS
      case 'q' -> memoize(input.u8()); // BINPUT
      case 'r' -> memoize(input.u32()); // LONG_BINPUT
      case 0x94 -> memoize(memo.size()); // MEMOIZE
      case 'h' -> recall(input.u8()); // BINGET
      case 'j' -> recall(input.u32()); // LONG_BINGET
      case 'c' -> { // GLOBAL
        String module = input.line();
        global(module, input.line());
      }
      case 0x93 -> stackGlobal(); // STACK_GLOBAL
      case 'Q' -> { // BINPERSID
        Object id = pop();
        StorageRef.moduleClass(id).ifPresentOrElse(this::push, () -> storage(StorageRef.of(id)));
      }
      case 'R', 0x81 -> { // REDUCE, NEWOBJ
        Object arguments = pop();
        push(construction.construct(pop(), arguments));
      }
      case 0x92 -> { // NEWOBJ_EX
        pop(); // keyword arguments do not affect weights
        Object arguments = pop();
        push(construction.construct(pop(), arguments));
      }
      case 'b' -> build(); // BUILD
      default ->
          throw Rejection.of(
              "pickle opcode 0x%02x at offset %d is not allowed; expected one that makes data",
              opcode, input.position() - 1);
    }
  }

  private void push(Object object) {
    allowance.take(OBJECT_COST);
    stack.add(object);
  }

  private Object pop() {
    Object top = peek();
    stack.remove(stack.size() - 1);
    return top;
  }

  private Object peek() {
    if (stack.isEmpty()) {
      throw Rejection.of("pickle: expected a value on the stack, found none");
    }
    return stack.get(stack.size() - 1);
  }

  /** Removes the last mark and the operands above it, which are returned in order of pushing. */
  private List<Object> popToMark() {
    if (belowMarks.isEmpty()) {
      throw Rejection.of("pickle: expected a mark on the stack, found none");
    }
    List<Object> above = stack;
    stack = belowMarks.pop();
    return above;
  }

  private List<Object> charged(List<Object> items) {
    allowance.take((long) ITEM_COST * items.size());
    return items;
  }

  private void tuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    push(items);
  }

  private void append(List<Object> items) {
    if (peek() instanceof PickleList list) {
      list.items().addAll(charged(items));
    } else if (!(peek() instanceof PickleObject)) { // items of an inert object are dropped
      throw Rejection.of("pickle: expected a list to append to, found %s", Rejection.kind(peek()));
    }
  }

  private void setItems(List<Object> keysAndValues) {
    PickleDict dict =
        peek() instanceof PickleObject object
            ? object.items()
            : peek() instanceof PickleDict entries ? entries : null;
    if (dict == null || keysAndValues.size() % 2 != 0) {
      throw Rejection.of(
          "pickle: expected pairs for a dict, found %d values for %s",
          keysAndValues.size(), Rejection.kind(peek()));
    }
    allowance.take((long) ENTRY_COST * keysAndValues.size() / 2);
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      dict.put(keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  private void memoize(long index) {
    allowance.take(ENTRY_COST);
    memo.put(index, peek());
  }

  private void recall(long index) {
    Object value = memo.get(index);
    if (value == null) {
      throw Rejection.of("pickle: expected a memo entry %d, found none", index);
    }
    stack.add(value);
  }

  private void stackGlobal() {
    Object name = pop();
    Object module = pop();
    if (!(module instanceof String moduleText) || !(name instanceof String nameText)) {
      throw Rejection.of(
          "pickle: expected a global's name as two strings, found %s and %s",
          Rejection.kind(module), Rejection.kind(name));
    }
    global(moduleText, nameText);
  }

  private void global(String module, String name) {
    Global global = new Global(module, name);
    if (module.length() + name.length() > LONGEST_GLOBAL) {
      throw Rejection.of(
          "pickle: expected a global of at most %d characters, found %s.%s",
          LONGEST_GLOBAL, Rejection.quote(module), Rejection.quote(name));
    }
    if (global.runsCode()) {
      throw Rejection.of(
          "the file contains a call of %s, which runs code in programs that load it with Python's"
              + " pickle; nothing was executed; get the weights from a source that you trust",
          Rejection.quote(global.toString()));
    }
    push(global);
  }

  private void storage(StorageRef storage) {
    StorageRef earlier = storages.putIfAbsent(storage.key(), storage);
    if (earlier != null && !earlier.equals(storage)) {
      throw Rejection.of(
          "storage %s: expected one description, found %d of %s and %d of %s",
          Rejection.quote(storage.key()),
          earlier.elements(),
          Rejection.quote(earlier.type()),
          storage.elements(),
          Rejection.quote(storage.type()));
    }
    allowance.take(ENTRY_COST);
    push(storage);
  }

  private void build() {
    Object state = pop();
    Object target = peek();
    if (target instanceof PickleObject object) {
      object.build(state);
    } else if (target == NONE) {
      // Attributes of other values, such as a state dict's _metadata, are dropped.
      throw Rejection.of(
          "pickle: expected an object that takes state, found %s", Rejection.kind(target));
    }
  }
}
