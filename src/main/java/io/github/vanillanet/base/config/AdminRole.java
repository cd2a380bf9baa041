package io.github.vanillanet.base.config;

/** The role that everything here needs. */
public final class AdminRole {

  public static final String NAME = "admin";

  private AdminRole() {}
}
