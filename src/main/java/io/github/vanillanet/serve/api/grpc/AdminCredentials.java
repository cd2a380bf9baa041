package io.github.vanillanet.serve.api.grpc;

import io.github.vanillanet.base.config.AdminRole;
import io.github.vanillanet.serve.api.access.SignIn;
import io.github.vanillanet.serve.api.http.ErrorMappers;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.credential.PasswordCredential;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.quarkus.smallrye.jwt.runtime.auth.JsonWebTokenCredential;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Checks the metadata {@code authorization}, with the same users and tokens as HTTP. */
@Singleton
final class AdminCredentials {

  private final IdentityProviderManager identities;

  AdminCredentials(IdentityProviderManager identities) {
    this.identities = identities;
  }

  /**
   * Blocks while a password is hashed.
   *
   * @throws StatusRuntimeException {@code UNAUTHENTICATED} without valid credentials, {@code
   *     PERMISSION_DENIED} if they are not an administrator's
   */
  void require(GrpcCall call) {
    String sent = call.header("authorization");
    if (sent == null) {
      throw unauthenticated();
    }
    boolean admin;
    try {
      AuthenticationRequest request = request(sent);
      request.setAttribute(SignIn.CLIENT, new SignIn.Client(client(call), call::isGone));
      admin = identities.authenticate(request).await().indefinitely().hasRole(AdminRole.NAME);
    } catch (AuthenticationFailedException | IllegalArgumentException e) {
      throw unauthenticated();
    }
    if (!admin) {
      throw Status.PERMISSION_DENIED.withDescription(ErrorMappers.FORBIDDEN).asRuntimeException();
    }
  }

  private static SocketAddress client(GrpcCall call) {
    return call.client().orElse(null) instanceof InetSocketAddress address
        ? SocketAddress.inetSocketAddress(address)
        : null;
  }

  private static AuthenticationRequest request(String authorization) {
    String[] parts = authorization.strip().split(" +", 2);
    String credentials = parts.length == 2 ? parts[1] : "";
    if (parts[0].equalsIgnoreCase("bearer")) {
      return new TokenAuthenticationRequest(new JsonWebTokenCredential(credentials));
    }
    String text = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
    int colon = text.indexOf(':');
    if (!parts[0].equalsIgnoreCase("basic") || colon < 0) {
      throw new AuthenticationFailedException();
    }
    return new UsernamePasswordAuthenticationRequest(
        text.substring(0, colon), new PasswordCredential(text.substring(colon + 1).toCharArray()));
  }

  private static StatusRuntimeException unauthenticated() {
    return Status.UNAUTHENTICATED.withDescription(ErrorMappers.UNAUTHORIZED).asRuntimeException();
  }
}
