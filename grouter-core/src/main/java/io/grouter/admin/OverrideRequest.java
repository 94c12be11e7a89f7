package io.grouter.admin;

import io.grouter.overrides.OperatorOverride;
import io.grouter.route.Durations;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An order for an override as it came in a body. A body that is none throws {@link IllegalArgumentException} that names
 * the key and says what is allowed.
 *
 * @param route the route; null = the whole site
 * @param site the site to send to; null for drains
 * @param lasts how long it lasts; null = the default
 * @param force whether to do it whatever speaks against it
 */
record OverrideRequest(
        @Nullable RouteUri route,
        @Nullable SiteId site,
        String who,
        String why,
        @Nullable Duration lasts,
        boolean force) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final List<String> DRAIN = List.of("route", "why", "who", "for", "force");
    private static final List<String> FORCE = List.of("route", "site", "why", "who", "for", "force");

    /** Reads the order for a drain. */
    static OverrideRequest drain(byte[] body) {
        return read(body, DRAIN);
    }

    /** Reads the order for a forced route. */
    static OverrideRequest force(byte[] body) {
        OverrideRequest read = read(body, FORCE);
        if (read.route() == null) {
            throw new IllegalArgumentException("route: is missing (expected: host or host/path)");
        }
        if (read.site() == null) {
            throw new IllegalArgumentException("site: is missing (expected: the name of a site)");
        }
        return read;
    }

    private static OverrideRequest read(byte[] body, List<String> keys) {
        JsonNode tree;
        try {
            tree = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("body: is no JSON: " + e.getOriginalMessage(), e);
        }
        if (!tree.isObject()) {
            throw new IllegalArgumentException("body: is no JSON object (expected: keys " + keys + ")");
        }
        for (String key : tree.propertyNames()) {
            if (!keys.contains(key)) {
                throw new IllegalArgumentException(
                        "\"" + key + "\": unknown key (allowed: " + String.join(", ", keys) + ")");
            }
        }
        String route = text(tree, "route");
        String site = text(tree, "site");
        String lasts = text(tree, "for");
        return new OverrideRequest(
                route == null ? null : route(route),
                site == null ? null : new SiteId(site),
                required(tree, "who"),
                required(tree, "why"),
                lasts == null ? null : duration(lasts),
                bool(tree, "force"));
    }

    /** Returns the key of a route somebody named; {@code ""} is refused, because it might be meant for a route. */
    static RouteUri route(String name) {
        RouteUri uri = RouteUri.parse(name.strip());
        if (uri.host().isEmpty() || !uri.wellFormed()) {
            throw new IllegalArgumentException(
                    "route: \"" + name + "\" (expected: host or host/path; for the whole site leave the key out)");
        }
        return uri;
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("for: \"" + text + "\" (expected: a duration such as 30m, 2h, 1d)", e);
        }
    }

    private static String required(JsonNode tree, String key) {
        String text = text(tree, key);
        if (text == null) {
            throw new IllegalArgumentException(key + ": is missing (expected: a text)");
        }
        return text;
    }

    private static @Nullable String text(JsonNode tree, String key) {
        JsonNode value = tree.get(key);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: a text)");
        }
        return value.asString();
    }

    private static boolean bool(JsonNode tree, String key) {
        JsonNode value = tree.get(key);
        if (value != null && !value.isBoolean()) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: true or false)");
        }
        return value != null && value.asBoolean();
    }

    /** Returns the order, given at a moment. */
    OperatorOverride order(Duration otherwise, long nowMillis) {
        Duration time = lasts == null ? otherwise : lasts;
        OperatorOverride.Kind kind = site != null
                ? OperatorOverride.Kind.FORCE_ROUTE
                : route == null ? OperatorOverride.Kind.DRAIN_SITE : OperatorOverride.Kind.DRAIN_ROUTE;
        return new OperatorOverride(kind, route, site, who, why, nowMillis, nowMillis + time.toMillis());
    }
}
