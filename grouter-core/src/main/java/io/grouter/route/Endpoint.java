package io.grouter.route;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One app instance behind a route. Its identity inside a route is {@link #address()} alone, as in GoRouter.
 *
 * @param address {@code host:port}, with the TLS port where there is one; an IPv6 host is not bracketed, as in GoRouter
 * @param tls whether GoRouter reaches it over TLS
 * @param appId GUID of the app, or {@code ""}
 * @param instanceId {@code private_instance_id} of the message, or {@code ""}
 * @param instanceIndex index of the instance as text, or {@code ""}
 * @param isolationSegment isolation segment, or {@code ""}
 * @param availabilityZone availability zone, or {@code ""}
 * @param routeServiceUrl {@code https} URL of the route's route service, or {@code ""}
 * @param staleThresholdSeconds seconds after which the sender wants it forgotten; 0 = the receiver's default
 * @param tags what the sender says of the app, such as {@code organization_name}; in the sender's order
 */
public record Endpoint(
        String address,
        boolean tls,
        String appId,
        String instanceId,
        String instanceIndex,
        String isolationSegment,
        String availabilityZone,
        String routeServiceUrl,
        int staleThresholdSeconds,
        Map<String, String> tags) {
    /** Copies the tags. */
    public Endpoint {
        tags = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    }

    /** Returns a plain endpoint of which nothing else is known. */
    public static Endpoint at(String address, String appId) {
        return new Endpoint(address, false, appId, "", "", "", "", "", 0, Map.of());
    }
}
