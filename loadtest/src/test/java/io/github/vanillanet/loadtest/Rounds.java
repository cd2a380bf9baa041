package io.github.vanillanet.loadtest;

import java.io.IOException;
import java.net.URI;

/**
 * Sends photos to each of the named models in turn, so that the memory of serving can be measured
 * after it. {@code -Drounds=20}
 */
public final class Rounds {

  private Rounds() {}

  public static void main(String[] models) throws IOException {
    byte[] photo = Photo.jpeg();
    int rounds = Integer.getInteger("rounds", 20);
    try (Connection connection = new Connection(URI.create(Settings.service()))) {
      for (int round = 0; round < rounds; round++) {
        for (String model : models) {
          Connection.Response response =
              connection.send(
                  connection.request("/classify/" + model, "Content-Type: image/jpeg\r\n", photo));
          if (response.status() != Answer.OK) {
            throw new IOException("expected 200 of %s, found %s".formatted(model, response));
          }
        }
      }
    }
  }
}
