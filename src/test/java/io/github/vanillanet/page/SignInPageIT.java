package io.github.vanillanet.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import io.smallrye.jwt.build.Jwt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Administrators sign in with a browser. */
@ExtendWith(Browsers.class)
class SignInPageIT {

  /** Records whether Chromium would ask for a password. */
  private static List<String> passwordWindows(Page page) {
    List<String> windows = new ArrayList<>();
    CDPSession session = page.context().newCDPSession(page);
    JsonObject enabled = new JsonObject();
    enabled.addProperty("handleAuthRequests", true);
    session.on(
        "Fetch.authRequired",
        event -> {
          windows.add(event.toString());
          JsonObject answer = new JsonObject();
          answer.add("requestId", event.get("requestId"));
          JsonObject cancel = new JsonObject();
          cancel.addProperty("response", "CancelAuth");
          answer.add("authChallengeResponse", cancel);
          session.send("Fetch.continueWithAuth", answer);
        });
    session.on(
        "Fetch.requestPaused",
        event -> {
          JsonObject go = new JsonObject();
          go.add("requestId", event.get("requestId"));
          session.send("Fetch.continueRequest", go);
        });
    session.send("Fetch.enable", enabled);
    return windows;
  }

  @Test
  void rejectedCredentialsAreShownWithoutADialog(PageSession session) {
    List<String> windows = passwordWindows(session.page());

    session.signIn(LiveService.CHIEF, "wrong");
    assertThat(session.problem("#sign-in-problem")).contains("(401)");

    session.signIn(LiveService.GUEST, LiveService.PASSWORD);
    session.page().waitForCondition(() -> session.problem("#sign-in-problem").contains("(403)"));

    session.page().check("[name=kind][value=bearer]");
    session.page().fill("[name=token]", "nonsense");
    session.page().click("#sign-in-form button");
    session.page().waitForCondition(() -> session.problem("#sign-in-problem").contains("(401)"));

    assertThat(session.page().isVisible("#admin")).isFalse();
    assertThat(windows).isEmpty();
  }

  @Test
  void aTokenSignsIn(PageSession session) {
    String token =
        Jwt.issuer(LiveService.ISSUER)
            .upn("somebody@example")
            .groups("admin")
            .expiresAt(Instant.now().plusSeconds(600))
            .sign(session.service().keys().getPrivate());
    session.page().click("#tab-train");
    session.page().check("[name=kind][value=bearer]");

    session.page().fill("[name=token]", token);
    session.page().keyboard().press("Enter");

    session.page().locator("#new-training [name=look]").waitFor();
    assertThat(session.page().textContent("#who")).contains("token");
  }

  @Test
  void credentialsAreKeptInMemoryOnly(PageSession session) {
    session.signIn();

    assertThat(
            session
                .page()
                .evaluate(
                    "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"))
        .isEqualTo("[{},{},\"\"]");
    assertThat(session.page().inputValue("[name=password]")).isEmpty();
    session.page().click("#sign-out");
    assertThat(session.page().isVisible("#sign-in")).isTrue();
    session.signIn();
    session.page().reload();
    session.page().locator("#sign-in").waitFor();
  }
}
