package io.github.vanillanet.loadtest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * HTTP/1.1 over one open socket, one request after the other. It does little work itself, because
 * the work of a usual client would be a large part of the measured time.
 */
final class Connection implements AutoCloseable {

  /** Does not sleep while it waits: a sleeping client measures the wake-up of its processor. */
  private static final long AWAKE_NANOS = 1_000_000_000;

  private final String host;
  private final Socket socket;
  private final InputStream in;

  /** Status, headers by lower-case names, and length of the body. */
  record Response(int status, Map<String, String> headers, int bytes) {}

  Connection(URI service) throws IOException {
    host = service.getHost() + ":" + service.getPort();
    socket = new Socket(service.getHost(), service.getPort());
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** A complete request as bytes, created before the measurement. */
  byte[] request(String path, String headers, byte[] body) {
    byte[] head =
        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n%s\r\n"
            .formatted(path, host, body.length, headers)
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] request = new byte[head.length + body.length];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    return request;
  }

  Response send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    long asleepFrom = System.nanoTime() + AWAKE_NANOS;
    while (in.available() == 0 && System.nanoTime() - asleepFrom < 0) {
      Thread.onSpinWait();
    }
    String statusLine = line();
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if (!headers.containsKey("content-length")) {
      throw new IOException("expected an answer with Content-Length, found " + statusLine);
    }
    int length = Integer.parseInt(headers.get("content-length"));
    in.readNBytes(length);
    return new Response(Integer.parseInt(statusLine.split(" ")[1]), headers, length);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the service closed the connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
