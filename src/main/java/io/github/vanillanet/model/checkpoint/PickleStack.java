package io.github.vanillanet.model.checkpoint;

import java.util.ArrayList;
import java.util.List;

/** The machine's operand stack; a mark fences off what lies below it. */
final class PickleStack {

  private final List<Object> values = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();

  void push(Object value) {
    values.add(value);
  }

  Object pop() {
    requireOne();
    return values.remove(values.size() - 1);
  }

  Object peek() {
    requireOne();
    return values.get(values.size() - 1);
  }

  void mark() {
    marks.add(values.size());
  }

  /** Removes the last mark and everything above it, in order of pushing. */
  List<Object> popToMark() {
    if (marks.isEmpty()) {
      throw Refusal.of("pickle: expected a mark on the stack, found none");
    }
    List<Object> above = values.subList(marks.remove(marks.size() - 1), values.size());
    List<Object> copy = new ArrayList<>(above);
    above.clear();
    return copy;
  }

  private void requireOne() {
    if (values.size() <= (marks.isEmpty() ? 0 : marks.get(marks.size() - 1))) {
      throw Refusal.of("pickle: expected a value on the stack, found none");
    }
  }
}
