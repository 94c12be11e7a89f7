package io.grouter.route;

import java.util.Arrays;

/**
 * The parts of an endpoint, as they come out of a message.
 *
 * <p>Mutable; used by one thread.
 */
public final class EndpointParts {
    /** Host name or address. */
    public final Utf8Text host = new Utf8Text();
    /** GUID of the app. */
    public final Utf8Text app = new Utf8Text();
    /** Id of the instance. */
    public final Utf8Text instance = new Utf8Text();
    /** Index of the instance. */
    public final Utf8Text index = new Utf8Text();
    /** Isolation segment. */
    public final Utf8Text segment = new Utf8Text();
    /** Availability zone. */
    public final Utf8Text zone = new Utf8Text();
    /** URL of the route service. */
    public final Utf8Text routeService = new Utf8Text();
    /** Plain port. */
    public int port;
    /** TLS port; not 0 = it counts instead of the plain one. */
    public int tlsPort;
    /** Seconds; 0 = default. */
    public int staleThreshold;
    /** Number of tags; at most {@link TagShapes#MOST_TAGS}. */
    public int tags;
    /** Names of the tags. */
    public final Utf8Text[] tagNames = texts();
    /** Values of the tags. */
    public final Utf8Text[] tagValues = texts();

    /** Makes the parts of an endpoint of which nothing is known. */
    public EndpointParts() {}

    private static Utf8Text[] texts() {
        Utf8Text[] texts = new Utf8Text[TagShapes.MOST_TAGS];
        Arrays.setAll(texts, i -> new Utf8Text());
        return texts;
    }

    /** Forgets everything. */
    public void clear() {
        host.clear();
        app.clear();
        instance.clear();
        index.clear();
        segment.clear();
        zone.clear();
        routeService.clear();
        port = 0;
        tlsPort = 0;
        staleThreshold = 0;
        tags = 0;
    }
}
