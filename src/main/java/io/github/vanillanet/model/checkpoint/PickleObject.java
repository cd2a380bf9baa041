package io.github.vanillanet.model.checkpoint;

/**
 * An inert record of a call in the pickle: the callee's name, its arguments and the object's state.
 * Equality is identity.
 */
final class PickleObject {

  private final Global type;
  private final Object[] arguments;
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

  Object state() {
    return state;
  }

  void build(Object newState) {
    state = newState;
  }
}
