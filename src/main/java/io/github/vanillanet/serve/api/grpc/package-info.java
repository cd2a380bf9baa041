/**
 * The Open Inference Protocol over gRPC: a server on a port of its own, disabled by default. It
 * translates messages into the requests of {@code serve.api.oip} and has the same limits as HTTP.
 */
package io.github.vanillanet.serve.api.grpc;
