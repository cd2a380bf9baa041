package io.github.vanillanet.serve.api.access;

import static io.github.vanillanet.base.error.ErrorCode.TOO_MANY_SIGN_INS;

import io.github.vanillanet.base.config.ServingConfig;
import io.github.vanillanet.base.error.ServiceException;
import io.github.vanillanet.base.timing.Ticker;
import io.quarkus.elytron.security.properties.runtime.MPRealmRuntimeConfig;
import io.quarkus.elytron.security.runtime.ElytronPasswordIdentityProvider;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.HttpSecurityUtils;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Checks users and passwords, before Quarkus does. Limits failed sign-ins, checks bcrypt hashes,
 * and leaves passwords without a hash to Quarkus. One thread checks all passwords: hashing takes at
 * most one processor, and no two attempts pass the limit at the same time.
 */
@Singleton
public final class SignIn implements IdentityProvider<UsernamePasswordAuthenticationRequest> {

  private static final Logger LOG = Logger.getLogger(SignIn.class);

  /** Attribute of an authentication request with the {@link Client}, if it is not in HTTP. */
  public static final String CLIENT = "vanillanet.client";

  private final ElytronPasswordIdentityProvider others;
  private final SignInThrottle throttle;
  private final PasswordHashes hashes;
  private final Map<String, Set<String>> roles = new HashMap<>();
  private final WorkerExecutor thread;

  /**
   * The caller that signs in.
   *
   * @param gone whether it has disconnected
   */
  public record Client(SocketAddress address, BooleanSupplier gone) {}

  /**
   * @throws ServiceException {@code BAD_CONFIGURATION} if a bcrypt hash is damaged
   */
  SignIn(
      ElytronPasswordIdentityProvider others,
      MPRealmRuntimeConfig users,
      ServingConfig config,
      Ticker ticker,
      Vertx vertx) {
    this.others = others;
    this.throttle = new SignInThrottle(ticker, config.signIn());
    this.hashes = new PasswordHashes(users.users());
    users.roles().forEach((user, names) -> roles.put(user, split(names)));
    this.thread = vertx.createSharedWorkerExecutor("sign-in", 1);
  }

  private static Set<String> split(String names) {
    return Arrays.stream(names.split(","))
        .map(String::strip)
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Override
  public Class<UsernamePasswordAuthenticationRequest> getRequestType() {
    return UsernamePasswordAuthenticationRequest.class;
  }

  /** Before the provider of Quarkus. */
  @Override
  public int priority() {
    return 2 * SYSTEM_FIRST;
  }

  @Override
  public Uni<SecurityIdentity> authenticate(
      UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
    Client client = client(request);
    String address = ClientAddress.network(client.address());
    String user = request.getUsername();
    Optional<ServiceException> limit = limit(address, user);
    if (limit.isPresent()) {
      return Uni.createFrom().failure(limit.get());
    }
    if (hashes.isKnown(user, request.getPassword().getPassword())) {
      throttle.succeeded(address, user);
      return Uni.createFrom().item(identity(request));
    }
    return Uni.createFrom()
        .completionStage(
            () ->
                thread
                    .executeBlocking(() -> check(request, context, client, address), false)
                    .toCompletionStage());
  }

  private static Client client(UsernamePasswordAuthenticationRequest request) {
    if (request.getAttribute(CLIENT) instanceof Client other) {
      return other;
    }
    HttpServerRequest http = HttpSecurityUtils.getRoutingContextAttribute(request).request();
    return new Client(http.remoteAddress(), http.response()::closed);
  }

  /** Runs on the thread of sign-ins: the limit may have been reached while the attempt waited. */
  private SecurityIdentity check(
      UsernamePasswordAuthenticationRequest request,
      AuthenticationRequestContext context,
      Client client,
      String address) {
    String user = request.getUsername();
    Optional<ServiceException> limit = limit(address, user);
    if (limit.isPresent()) {
      throw limit.get();
    }
    if (client.gone().getAsBoolean()) {
      throw new AuthenticationFailedException("the client has disconnected");
    }
    try {
      SecurityIdentity identity = verify(request, context);
      throttle.succeeded(address, user);
      return identity;
    } catch (AuthenticationFailedException e) {
      throttle.failed(address, user);
      if (limit(address, user).isPresent()) {
        LOG.warnf("too many failed sign-ins from %s; further ones get 429", address);
      }
      throw e;
    }
  }

  private SecurityIdentity verify(
      UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
    String user = request.getUsername();
    boolean matches = hashes.matches(user, request.getPassword().getPassword());
    if (!hashes.contains(user)) {
      return others.authenticate(request, context).await().indefinitely();
    }
    if (!matches) {
      throw new AuthenticationFailedException();
    }
    return identity(request);
  }

  private SecurityIdentity identity(UsernamePasswordAuthenticationRequest request) {
    return QuarkusSecurityIdentity.builder()
        .setPrincipal(new QuarkusPrincipal(request.getUsername()))
        .addRoles(roles.getOrDefault(request.getUsername(), Set.of()))
        .addCredential(request.getPassword())
        .build();
  }

  private Optional<ServiceException> limit(String address, String user) {
    Duration delay = throttle.delay(address, user);
    return delay.isZero()
        ? Optional.empty()
        : Optional.of(
            ServiceException.rejected(
                TOO_MANY_SIGN_INS,
                "too many failed sign-ins from this address; try again in %d s"
                    .formatted(delay.toSeconds() + 1),
                Optional.of(delay)));
  }
}
