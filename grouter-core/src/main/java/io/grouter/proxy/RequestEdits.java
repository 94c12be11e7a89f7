package io.grouter.proxy;

import io.grouter.tracing.Hop;
import org.jspecify.annotations.Nullable;

/**
 * What makes a client's request the one a GoRouter or another site gets; everything else passes byte for byte.
 *
 * @param client who sent it
 * @param authority host and port the client asked for
 * @param host the host to ask for instead, without port, or null
 * @param newHost whether the Host header is replaced
 * @param target the target to ask for instead, or null
 * @param upgrade whether the client may change the protocol
 * @param startMillis when it came, in milliseconds of the epoch
 * @param loop what is added to CDN-Loop, or null
 * @param trace the place in a trace that the next hop is told of, or null to leave trace headers alone
 */
record RequestEdits(
        ClientFacts client,
        String authority,
        @Nullable String host,
        boolean newHost,
        @Nullable String target,
        boolean upgrade,
        long startMillis,
        @Nullable String loop,
        @Nullable Hop trace) {}
