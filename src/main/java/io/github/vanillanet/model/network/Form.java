package io.github.vanillanet.model.network;

/** The two forms of one net: deep for training, shallow for serving. */
public enum Form {
  TRAINING,
  DEPLOYED
}
