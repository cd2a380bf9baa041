package io.github.vanillanet.loadtest;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A server that does the minimum: it reads a request into one array, keeps its processor busy for
 * the time of a forward pass, and answers with a kilobyte. It understands only the HTTP that {@link
 * Overhead} sends, serves one connection, and ends.
 */
public final class BareServer {

  /** Larger than the processor's caches, because a forward pass evicts them too. */
  private static final int MEMORY = 48 << 20;

  /** About the forward time of vanillanet_5 on one processor. */
  private static final long FORWARD_NANOS = 100_000_000;

  private static final int ANSWER_BYTES = 1024;
  private static final int MAX_HEAD = 1024;
  private static final String LENGTH = "Content-Length: ";

  private final byte[] from = new byte[MEMORY];
  private final byte[] to = new byte[MEMORY];

  private BareServer() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.getInteger("port");
    try (ServerSocket listening = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      System.out.println("listening");
      try (Socket socket = listening.accept()) {
        socket.setTcpNoDelay(true);
        new BareServer().serve(socket);
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
      String start = new String(chunk, 0, Math.min(read, MAX_HEAD), StandardCharsets.ISO_8859_1);
      int head = start.indexOf("\r\n\r\n") + 4;
      int number = start.indexOf(LENGTH) + LENGTH.length();
      int length = Integer.parseInt(start.substring(number, start.indexOf("\r\n", number)));
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
    while (System.nanoTime() - started < FORWARD_NANOS) {
      System.arraycopy(from, 0, to, 0, MEMORY);
    }
    return System.nanoTime() - started;
  }

  private static byte[] answer(long forwardNanos, long totalNanos) {
    String head =
        ("HTTP/1.1 200 OK\r\nServer-Timing: infer;dur=" + forwardNanos / 1e6)
            + (", total;dur=" + totalNanos / 1e6)
            + ("\r\nContent-Length: " + ANSWER_BYTES + "\r\n\r\n");
    return Arrays.copyOf(head.getBytes(StandardCharsets.ISO_8859_1), head.length() + ANSWER_BYTES);
  }
}
