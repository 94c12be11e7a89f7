package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideEntry;
import io.grouter.overrides.OverrideRefused;
import io.grouter.overrides.OverrideStore;
import io.grouter.overrides.Overrides;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.steering.OwnSite;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part of the admin API with which operators drain and force. Safe for all threads. */
final class OverridesApi {
    static final String DRAIN = "/v1/drain";
    static final String FORCE = "/v1/force";
    static final String ALL = "/v1/overrides";

    private static final Duration DRAIN_SITE = Duration.ofHours(8);
    private static final Duration ROUTE = Duration.ofHours(1);

    private final OverrideStore store;
    private final Supplier<Fib> fib;
    private final Supplier<OwnSite> ownSite;
    private final LongSupplier wallClock;
    private final LongSupplier clock;

    OverridesApi(AdminSources sources) {
        this.store = sources.overrides();
        this.fib = sources.rib()::fib;
        this.ownSite = sources.ownSite();
        this.wallClock = sources.wallClock();
        this.clock = sources.clock();
    }

    /** Returns the methods allowed for a path, or null when it is not one of these. */
    static @Nullable String allowed(String path) {
        return switch (path) {
            case DRAIN -> "GET, HEAD, POST, DELETE";
            case FORCE -> "POST, DELETE";
            case ALL -> "GET, HEAD";
            default -> null;
        };
    }

    /** Answers one request with an allowed method; throws {@link IllegalArgumentException} for a bad one. */
    AdminApi.Answer answer(String method, String path, Map<String, String> parameters, byte[] body) {
        return switch (method) {
            case "POST" -> {
                known(parameters, List.of());
                yield path.equals(DRAIN) ? drain(OverrideRequest.drain(body)) : force(OverrideRequest.force(body));
            }
            case "DELETE" -> {
                // A key that is not known could be a slip of the one without which the whole site is meant.
                known(parameters, List.of("route", "who"));
                yield remove(path, parameters);
            }
            default -> list(path);
        };
    }

    private static void known(Map<String, String> parameters, List<String> allowed) {
        for (String key : parameters.keySet()) {
            if (!allowed.contains(key)) {
                throw new IllegalArgumentException("\"" + key + "\": unknown key of the query (allowed: "
                        + (allowed.isEmpty() ? "none" : String.join(", ", allowed)) + ")");
            }
        }
    }

    private AdminApi.Answer list(String path) {
        Overrides all = store.current();
        long now = clock.getAsLong();
        List<Map<String, Object>> shown = all.all().stream()
                .filter(each -> path.equals(ALL) || each.kind() != OperatorOverride.Kind.FORCE_ROUTE)
                .map(each -> OverrideView.of(all, each, now))
                .toList();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(path.equals(ALL) ? "overrides" : "drains", shown);
        body.put("capacity", OverrideStore.MOST);
        return AdminApi.Answer.json(200, body);
    }

    private AdminApi.Answer drain(OverrideRequest request) {
        OverrideChecks checks = new OverrideChecks(fib.get());
        RouteUri route = request.route();
        OperatorOverride order = request.order(route == null ? DRAIN_SITE : ROUTE, wallClock.getAsLong());
        OverrideEntry.check(order);
        if (!request.force()) {
            if (route != null && !checks.here(route)) {
                return AdminApi.Answer.problem(
                        404,
                        "Nothing to drain",
                        "this site does not have the route " + route + "; \"force\": true drains it all the same");
            }
            String against = route == null ? checks.drainSite() : checks.drainRoute(route);
            if (against != null) {
                return against(against);
            }
        }
        return add(order);
    }

    private AdminApi.Answer force(OverrideRequest request) {
        RouteUri route = request.route();
        SiteId to = request.site();
        if (route == null || to == null) {
            throw new IllegalArgumentException("route and site: are missing");
        }
        OperatorOverride order = request.order(ROUTE, wallClock.getAsLong());
        OverrideEntry.check(order);
        if (!request.force()) {
            String against =
                    new OverrideChecks(fib.get()).force(route, to, ownSite.get().health());
            if (against != null) {
                return against(against);
            }
        }
        return add(order);
    }

    private static AdminApi.Answer against(String text) {
        return AdminApi.Answer.problem(409, "Refused", text + "; \"force\": true does it all the same");
    }

    private AdminApi.Answer add(OperatorOverride order) {
        try {
            store.add(order, wallClock.getAsLong(), clock.getAsLong());
        } catch (OverrideRefused e) {
            return AdminApi.Answer.problem(409, "Too many", String.valueOf(e.getMessage()));
        }
        return AdminApi.Answer.json(200, Map.of("override", OverrideView.of(order, "site")));
    }

    private AdminApi.Answer remove(String path, Map<String, String> parameters) {
        String name = parameters.get("route");
        if (name == null && path.equals(FORCE)) {
            throw new IllegalArgumentException("route: is missing (expected: host or host/path)");
        }
        RouteUri route = name == null ? null : OverrideRequest.route(name);
        Overrides now = store.current();
        OperatorOverride order = route == null ? now.ofSite() : now.of(route);
        String what = route == null ? "the site" : route.toString();
        boolean forced = path.equals(FORCE);
        if (order != null && forced != (order.kind() == OperatorOverride.Kind.FORCE_ROUTE)) {
            return AdminApi.Answer.problem(
                    404,
                    "Not in effect",
                    what + (forced ? " is drained, not forced" : " is forced, not drained") + " (DELETE "
                            + (forced ? DRAIN : FORCE) + " takes that back)");
        }
        String by = parameters.getOrDefault("who", "");
        if (order == null || !store.remove(order, by, wallClock.getAsLong(), clock.getAsLong())) {
            return AdminApi.Answer.problem(
                    404, "Not in effect", what + (forced ? " is not forced" : " is not drained"));
        }
        return AdminApi.Answer.json(200, Map.of("removed", OverrideView.of(order, "site")));
    }
}
