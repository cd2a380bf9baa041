package io.github.vanillanet.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that refuses by the head, so that its answers are there at once. */
class OwnClientTest {

  private static final String HOST = "127.0.0.1";
  private static final int TOO_LATE = 504;

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient oneConnection =
      vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(1));
  private HttpServer server;

  @BeforeEach
  void listen() {
    server = await(vertx.createHttpServer().requestHandler(OwnClientTest::refuse).listen(0, HOST));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static void refuse(HttpServerRequest request) {
    request.response().setStatusCode(TOO_LATE).end("too late");
  }

  @Test
  void anAnswerThatIsOverBeforeItsThreadGoesOnIsNotMissed() {
    OwnClient client = new OwnClient(forThreadThatLosesItsCore());

    assertThat(post(client, OwnClient.hopeless("any", new byte[20_000]))).isTrue();
  }

  @Test
  void onlyTheRightStatusIsTheRightAnswer() {
    OwnClient client = new OwnClient(oneConnection);

    assertThat(post(client, OwnClient.photo("any", new byte[1]))).isFalse();
    assertThat(post(client, OwnClient.hopeless("any", new byte[1]))).isTrue();
  }

  private boolean post(OwnClient client, OwnClient.Message message) {
    return client.post(message, HOST, server.actualPort());
  }

  /** Each step that is added to a request comes back when the request is over. */
  private HttpClient forThreadThatLosesItsCore() {
    return wrapped(HttpClient.class, oneConnection, () -> {});
  }

  private <T> T wrapped(Class<T> type, T real, Runnable afterEachStep) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Object result = method.invoke(real, arguments);
              if (result instanceof Future<?> future) {
                afterEachStep.run();
                return wrapped(Future.class, future, this::awaitConnection);
              }
              return result;
            });
    return type.cast(proxy);
  }

  /** There is one connection, so that the next request on it begins when the last one is over. */
  private void awaitConnection() {
    await(
        oneConnection
            .request(HttpMethod.GET, server.actualPort(), HOST, "/")
            .compose(request -> request.send().compose(response -> response.end())));
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }
}
