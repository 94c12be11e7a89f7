package io.grouter.route;

/**
 * One app instance behind a route. Its identity inside a route is {@link #address()} alone, as in GoRouter.
 *
 * @param address {@code host:port}, with the TLS port where there is one; an IPv6 host is not bracketed, as in GoRouter
 * @param tls whether GoRouter reaches it over TLS
 * @param appId GUID of the app, or {@code ""}
 * @param instanceId {@code private_instance_id} of the message, or {@code ""}
 * @param instanceIndex index of the instance as text, or {@code ""}
 * @param isolationSegment isolation segment, or {@code ""}
 * @param staleThresholdSeconds seconds after which the sender wants it forgotten; 0 = the receiver's default
 */
public record Endpoint(
        String address,
        boolean tls,
        String appId,
        String instanceId,
        String instanceIndex,
        String isolationSegment,
        int staleThresholdSeconds) {}
