package io.github.vanillanet.loadtest;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Measures everything but the forward pass: one request after the other, first a JPEG, then a raw
 * tensor. The result is the client's time minus the forward time that the service reports. With a
 * {@link BareServer} it is the minimum for any service.
 */
public final class Overhead {

  private static final int TENSOR_VALUES = 3 * 224 * 224;
  private static final String RAW =
      "Content-Type: application/octet-stream\r\nInference-Header-Content-Length: 0\r\n";

  private Overhead() {}

  public static void main(String[] arguments) throws IOException {
    int requests = Integer.getInteger("requests", 200);
    String infer = "/v2/models/%s/infer".formatted(Settings.model());
    try (Connection connection = new Connection(URI.create(Settings.service()))) {
      byte[] photo = Photo.jpeg();
      byte[] jpeg =
          connection.request(
              "/classify/" + Settings.model(), "Content-Type: image/jpeg\r\n", photo);
      byte[] tensor = connection.request(infer, RAW, tensor());
      measure(connection, jpeg, requests); // lets the JVM compile the service's code
      measure(connection, tensor, requests);
      System.out.printf("%s, JPEG 500x375 of %d bytes%n", Settings.model(), photo.length);
      print(measure(connection, jpeg, requests));
      System.out.printf("%s, float32 tensor of %d bytes%n", Settings.model(), 4 * TENSOR_VALUES);
      print(measure(connection, tensor, requests));
    }
  }

  /** Milliseconds of one request: measured by the client, and reported by the service. */
  private record Request(double wall, double total, double infer) {}

  private static List<Request> measure(Connection connection, byte[] request, int count)
      throws IOException {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long started = System.nanoTime();
      Connection.Response response = connection.send(request);
      double wall = (System.nanoTime() - started) / 1e6;
      if (response.status() != 200) {
        throw new IOException("expected 200, found " + response);
      }
      String timing = response.headers().getOrDefault("server-timing", "");
      Answer answer = new Answer("", 0, 0, response.status(), "", timing);
      requests.add(
          new Request(
              wall,
              answer.stageMillis("total").orElseThrow(),
              answer.stageMillis("infer").orElseThrow()));
    }
    return requests;
  }

  private static void print(List<Request> requests) {
    print("whole", requests.stream().mapToDouble(Request::wall).toArray());
    print("forward", requests.stream().mapToDouble(Request::infer).toArray());
    print("all else", requests.stream().mapToDouble(r -> r.wall() - r.infer()).toArray());
    print("  in service", requests.stream().mapToDouble(r -> r.total() - r.infer()).toArray());
    print("  outside", requests.stream().mapToDouble(r -> r.wall() - r.total()).toArray());
  }

  private static void print(String name, double[] millis) {
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "  %-14s p50 %8.3f  p99 %8.3f ms%n",
        name,
        millis[(millis.length - 1) / 2],
        millis[(int) Math.ceil(0.99 * millis.length) - 1]);
  }

  private static byte[] tensor() {
    Random random = new Random(1);
    ByteBuffer values =
        ByteBuffer.allocate(TENSOR_VALUES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      values.putFloat((float) random.nextGaussian());
    }
    return values.array();
  }
}
