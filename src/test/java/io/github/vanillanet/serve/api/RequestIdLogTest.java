package io.github.vanillanet.serve.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.annotation.Priority;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Log lines and error answers contain the id of the request. */
@QuarkusTest
@QuarkusTestResource(TwoSmallModels.class)
class RequestIdLogTest {

  /** Throws for requests with a header that only this test sends. */
  @Provider
  @Priority(1)
  public static final class Bug implements ContainerRequestFilter {

    static final String HEADER = "x-test-bug";

    @Override
    public void filter(ContainerRequestContext request) {
      if (request.getHeaderString(HEADER) != null) {
        throw new IllegalStateException("a bug");
      }
    }
  }

  @ConfigProperty(name = "quarkus.log.console.format")
  String format;

  @BeforeEach
  void awaitReady() {
    Service.awaitReady();
  }

  @Test
  void theLogLineOfAFailureContainsTheRequestId() {
    List<String> lines = new CopyOnWriteArrayList<>();
    PatternFormatter formatter = new PatternFormatter(format);
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            lines.add(formatter.format(ExtLogRecord.wrap(record)));
          }

          @Override
          public void flush() {
            // nothing is buffered
          }

          @Override
          public void close() {
            // nothing is open
          }
        };
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try {
      for (String path : List.of("/models", "/v2", "/v1/models", "/ping")) {
        String id = "log" + path.replace('/', '-');

        given().header("x-request-id", id).header(Bug.HEADER, "yes").get(path);

        assertThat(lines).anyMatch(line -> line.contains(path + " failed " + id));
      }
    } finally {
      root.removeHandler(handler);
    }
  }

  @Test
  void errorsOfEveryProtocolHaveTheRequestIdHeader() {
    for (String path :
        List.of("/nothing", "/v2/models/absent", "/v1/models/absent", "/predictions/x")) {
      assertThat(given().header("x-request-id", "head-1").get(path).header("x-request-id"))
          .as(path)
          .isEqualTo("head-1");
    }
  }
}
