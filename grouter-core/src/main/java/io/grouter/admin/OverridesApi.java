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
import io.grouter.steering.Steering;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

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
    private final Steering steering;
    private final LongSupplier wallClock;
    private final LongSupplier clock;

    OverridesApi(AdminSources sources) {
        this.store = sources.overrides();
        this.fib = sources.rib()::fib;
        this.ownSite = sources.ownSite();
        this.steering = sources.steering();
        this.wallClock = sources.wallClock();
        this.clock = sources.clock();
    }

    List<Operation> operations() {
        List<String> order = List.of("dryRun");
        // A key that is not known could be a slip of the one without which the whole site is meant.
        List<String> removal = List.of("route", "who", "dryRun");
        return List.of(
                Operation.get(ALL, List.of(), call -> list(true)),
                Operation.get(DRAIN, List.of(), call -> list(false)),
                Operation.write("POST", DRAIN, order, call -> drain(OverrideRequest.drain(call.body()), isDry(call))),
                Operation.write("DELETE", DRAIN, removal, call -> remove(DRAIN, call)),
                Operation.write("POST", FORCE, order, call -> force(OverrideRequest.force(call.body()), isDry(call))),
                Operation.write("DELETE", FORCE, removal, call -> remove(FORCE, call)));
    }

    private static boolean isDry(Call call) {
        return call.query().flag("dryRun");
    }

    private AdminApi.Answer list(boolean forced) {
        Overrides all = store.current();
        long now = clock.getAsLong();
        List<Map<String, Object>> shown = all.all().stream()
                .filter(each -> forced || each.kind() != OperatorOverride.Kind.FORCE_ROUTE)
                .map(each -> OverrideView.of(all, each, now))
                .toList();
        Map<String, Object> body = AdminApi.Answer.listed(forced ? "overrides" : "drains", shown);
        body.put("capacity", OverrideStore.MOST);
        return AdminApi.Answer.json(200, body);
    }

    private AdminApi.Answer drain(OverrideRequest request, boolean dryRun) {
        OverrideChecks checks = new OverrideChecks(fib.get());
        RouteUri route = request.route();
        OperatorOverride order = request.order(route == null ? DRAIN_SITE : ROUTE, wallClock.getAsLong());
        OverrideEntry.check(order);
        String nothing = route == null || checks.here(route) ? null : "this site does not have the route " + route;
        String against = nothing != null || (request.force() && !dryRun)
                ? nothing
                : route == null ? checks.drainSite() : checks.drainRoute(route);
        if (dryRun) {
            return dryRun().of(order, against);
        }
        if (nothing != null && !request.force()) {
            return AdminApi.Answer.problem(
                    404, "Nothing to drain", nothing + "; \"force\": true drains it all the same");
        }
        return against == null || request.force() ? add(order) : against(against);
    }

    private AdminApi.Answer force(OverrideRequest request, boolean dryRun) {
        RouteUri route = request.route();
        SiteId to = request.site();
        if (route == null || to == null) {
            throw new IllegalArgumentException("route and site: are missing");
        }
        OperatorOverride order = request.order(ROUTE, wallClock.getAsLong());
        OverrideEntry.check(order);
        String against = request.force() && !dryRun
                ? null
                : new OverrideChecks(fib.get()).force(route, to, ownSite.get().health());
        if (dryRun) {
            return dryRun().of(order, against);
        }
        return against == null ? add(order) : against(against);
    }

    private DryRun dryRun() {
        return new DryRun(fib.get(), ownSite.get(), store.current(), steering);
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

    private AdminApi.Answer remove(String path, Call call) {
        String name = call.query().text("route");
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
        if (order != null && isDry(call)) {
            return dryRun().ofRemoving(order);
        }
        String by = call.query().text("who", "");
        if (order == null || !store.remove(order, by, wallClock.getAsLong(), clock.getAsLong())) {
            return AdminApi.Answer.problem(
                    404, "Not in effect", what + (forced ? " is not forced" : " is not drained"));
        }
        return AdminApi.Answer.json(200, Map.of("removed", OverrideView.of(order, "site")));
    }
}
