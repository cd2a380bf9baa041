package io.github.vanillanet.loadtest;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * What no server can do without: it reads a request into one array, has its processor busy for as
 * long as a forward, and answers with a kilobyte. It knows nothing of HTTP but what {@link
 * Overhead} sends, and serves one connection, then ends.
 */
public final class BareServer {

  /** Larger than the caches of the processor that it runs on: a forward leaves them to nobody. */
  private static final int MEMORY = 48 << 20;

  private static final int ANSWER_BYTES = 1024;

  private final byte[] from = new byte[MEMORY];
  private final byte[] to = new byte[MEMORY];
  private final long forwardNanos;

  private BareServer(Duration forward) {
    this.forwardNanos = forward.toNanos();
  }

  public static void main(String[] arguments) throws IOException {
    Duration forward = Duration.ofMillis(Integer.getInteger("forward", 100));
    int port = Integer.getInteger("port");
    try (ServerSocket listening = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      System.out.println("listening");
      try (Socket socket = listening.accept()) {
        socket.setTcpNoDelay(true);
        new BareServer(forward).serve(socket);
      }
    }
  }

  private void serve(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] chunk = new byte[1 << 16];
    byte[] body = new byte[0];
    int read = in.read(chunk);
    while (read > 0) {
      long arrived = System.nanoTime();
      String text = new String(chunk, 0, read, StandardCharsets.ISO_8859_1);
      int head = text.indexOf("\r\n\r\n") + 4;
      int length = Integer.parseInt(text.split("Content-Length: ")[1].split("\r\n")[0]);
      if (body.length != length) {
        body = new byte[length];
      }
      System.arraycopy(chunk, head, body, 0, read - head);
      in.readFully(body, read - head, length - (read - head));
      long forward = forward();
      long total = System.nanoTime() - arrived;
      socket.getOutputStream().write(answer(forward, total));
      read = in.read(chunk);
    }
  }

  private long forward() {
    long started = System.nanoTime();
    while (System.nanoTime() - started < forwardNanos) {
      System.arraycopy(from, 0, to, 0, MEMORY);
    }
    return System.nanoTime() - started;
  }

  private static byte[] answer(long forwardNanos, long totalNanos) {
    byte[] head =
        String.format(
                Locale.ROOT,
                "HTTP/1.1 200 OK\r\nServer-Timing: infer;dur=%.3f, total;dur=%.3f\r\n"
                    + "Content-Length: %d\r\n\r\n",
                forwardNanos / 1e6,
                totalNanos / 1e6,
                ANSWER_BYTES)
            .getBytes(StandardCharsets.ISO_8859_1);
    return Arrays.copyOf(head, head.length + ANSWER_BYTES);
  }
}
