package io.github.vanillanet.model.checkpoint;

/** A name that a pickle refers to. It is compared with the allow-list, never looked up. */
record Global(String module, String name) {

  @Override
  public String toString() {
    return module + '.' + name;
  }
}
