package io.github.vanillanet.serve.api;

import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Sends HTTP/1.1 byte by byte, for requests that client libraries cannot send. */
final class RawHttp {

  private static final int TIMEOUT_MILLIS = 60_000;

  private final ByteArrayOutputStream request = new ByteArrayOutputStream();

  /** A received answer. */
  record Answer(int status, String head, byte[] content) {

    String body() {
      return new String(content, StandardCharsets.UTF_8);
    }

    String contentType() {
      return header("content-type");
    }

    String header(String name) {
      return head.lines()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }
  }

  private RawHttp() {}

  static RawHttp post(String path, String... headers) {
    return request("POST", path, headers);
  }

  static RawHttp request(String method, String path, String... headers) {
    RawHttp raw = new RawHttp();
    raw.text(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      raw.text(header + "\r\n");
    }
    return raw.text("\r\n");
  }

  /** A request line without headers. */
  static RawHttp bare(String line) {
    return new RawHttp().text(line + "\r\n\r\n");
  }

  static RawHttp raw(String text) {
    return new RawHttp().text(text);
  }

  /** Removes the empty line after the headers, so that more can follow. */
  RawHttp withoutEnd() {
    byte[] sent = request.toByteArray();
    request.reset();
    request.write(sent, 0, sent.length - 2);
    return this;
  }

  RawHttp text(String text) {
    request.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  RawHttp bytes(byte[] bytes) {
    request.writeBytes(bytes);
    return this;
  }

  RawHttp chunk(byte[] bytes) {
    text(Integer.toHexString(bytes.length) + "\r\n");
    request.writeBytes(bytes);
    return text("\r\n");
  }

  RawHttp lastChunk() {
    return text("0\r\n\r\n");
  }

  /** Sends the request and reads the answer. */
  Answer send() {
    return send(1).get(0);
  }

  /** Sends the request on one connection and reads this number of answers. */
  List<Answer> send(int answers) {
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write(request.toByteArray());
      out.flush();
      List<Answer> read = new ArrayList<>();
      while (read.size() < answers) {
        read.add(answer(socket.getInputStream()));
      }
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends the request and reads everything until the service closes the connection. */
  String sendUntilClosed() {
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.toByteArray());
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends the request, and closes the connection when {@code until} has returned. */
  void sendAndDisconnect(Runnable until) {
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      OutputStream out = socket.getOutputStream();
      out.write(request.toByteArray());
      out.flush();
      until.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer answer(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int value = in.read();
      if (value < 0) {
        throw new AssertionError("the connection was closed without an answer");
      }
      head.append((char) value);
    }
    String text = head.toString();
    Answer bare = new Answer(Integer.parseInt(text.substring(9, 12)), text, new byte[0]);
    String length = bare.header("content-length");
    byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
    return new Answer(bare.status(), text, body);
  }
}
