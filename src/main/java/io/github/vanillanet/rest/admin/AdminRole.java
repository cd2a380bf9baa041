package io.github.vanillanet.rest.admin;

/** The role that everything here needs. */
final class AdminRole {

  static final String NAME = "admin";

  private AdminRole() {}
}
