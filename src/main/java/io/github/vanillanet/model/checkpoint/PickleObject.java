package io.github.vanillanet.model.checkpoint;

/**
 * An inert record of a call in the pickle: the callee's name, its arguments and the object's state
 * and entries. Equality is identity.
 */
final class PickleObject {

  private final Global type;
  private final Object[] arguments;
  private PickleDict items; // created when it is first needed: most objects have none
  private Object state = Unpickler.NONE;

  PickleObject(Global type, Object[] arguments) {
    this.type = type;
    this.arguments = arguments;
  }

  Global type() {
    return type;
  }

  Object[] arguments() {
    return arguments;
  }

  /** The entries of an object whose class extends dict. */
  PickleDict items() {
    if (items == null) {
      items = new PickleDict();
    }
    return items;
  }

  boolean hasItems() {
    return items != null;
  }

  Object state() {
    return state;
  }

  void build(Object newState) {
    state = newState;
  }
}
