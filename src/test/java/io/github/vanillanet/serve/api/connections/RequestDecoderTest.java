package io.github.vanillanet.serve.api.connections;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpServerOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RequestDecoderTest {

  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private final RequestDecoder decoder = new RequestDecoder(new HttpServerOptions(), 4, () -> {});
  private final EmbeddedChannel channel = new EmbeddedChannel(decoder);

  @Test
  void anAnswerDoesNotMakeTheNextPipelinedRequestNew() {
    channel.writeInbound(Unpooled.copiedBuffer(GET + GET, StandardCharsets.US_ASCII));
    long begun = System.nanoTime();

    answer();

    assertThat(decoder.isUnanswered(Duration.ofNanos(System.nanoTime() - begun))).isTrue();
    answer();
    assertThat(decoder.isUnanswered(Duration.ZERO)).isFalse();
    assertThat(decoder.phase()).isEqualTo(RequestDecoder.Phase.IDLE);
  }

  private void answer() {
    channel.writeOutbound(
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT));
  }
}
