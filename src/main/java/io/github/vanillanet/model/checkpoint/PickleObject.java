package io.github.vanillanet.model.checkpoint;

/**
 * What a call in the pickle would have made: the callee's name, its arguments, its state. Inert.
 * Equality is identity.
 */
final class PickleObject {

  private final Global type;
  private final PickleTuple arguments;
  private Object state = PickleNone.NONE;

  PickleObject(Global type, PickleTuple arguments) {
    this.type = type;
    this.arguments = arguments;
  }

  Global type() {
    return type;
  }

  PickleTuple arguments() {
    return arguments;
  }

  Object state() {
    return state;
  }

  void build(Object newState) {
    state = newState;
  }
}
