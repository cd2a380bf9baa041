package io.github.vanillanet.model.network;

/** The two shapes of one net: deep while it trains, shallow once it is fused. */
public enum Form {
  TRAINING,
  DEPLOYED
}
