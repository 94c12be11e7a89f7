package io.grouter.rib;

import io.grouter.route.Endpoint;

/**
 * An endpoint, and how old the knowledge of it is.
 *
 * @param endpoint the endpoint
 * @param ageMillis how long ago it was heard of
 */
public record HeardEndpoint(Endpoint endpoint, int ageMillis) {}
