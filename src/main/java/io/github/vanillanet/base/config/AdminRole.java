package io.github.vanillanet.base.config;

/** The role that all routes below {@code /admin} require. */
public final class AdminRole {

  public static final String NAME = "admin";

  private AdminRole() {}
}
