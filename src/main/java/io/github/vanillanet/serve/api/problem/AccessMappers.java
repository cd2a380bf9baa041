package io.github.vanillanet.serve.api.problem;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Bodies for whoever may not do what they ask for. Why credentials failed is told to nobody. */
public final class AccessMappers {

  /** The detail of 401 and 403. */
  static String detail(int status) {
    return status == 401
        ? "expected the credentials of an administrator: a bearer token, or a user and a password"
        : "expected the role admin";
  }

  @ServerExceptionMapper
  Response noCredentials(UnauthorizedException failure, UriInfo uri) {
    return unauthorized(uri);
  }

  @ServerExceptionMapper
  Response badCredentials(AuthenticationFailedException failure, UriInfo uri) {
    return unauthorized(uri);
  }

  @ServerExceptionMapper
  Response notAllowed(ForbiddenException failure, UriInfo uri) {
    return response(ProblemAnswer.of(403, detail(403), uri.getPath())).build();
  }

  private static Response unauthorized(UriInfo uri) {
    return response(ProblemAnswer.of(401, detail(401), uri.getPath()))
        .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
        .header(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"vanillanet\", charset=\"UTF-8\"")
        .build();
  }

  private static Response.ResponseBuilder response(ProblemAnswer answer) {
    return Response.status(answer.status()).type(answer.mediaType()).entity(answer.entity());
  }
}
