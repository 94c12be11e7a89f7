package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.SiteView;
import io.grouter.gorouter.GoRouter;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This site and the others, and what can be done about them. Safe for all threads. */
final class SitesApi {
    private static final String PATH = "/v1/sites";

    private final SiteId ownSite;
    private final Tables tables;
    private final Supplier<SiteInfo> info;
    private final GoRouterPool goRouters;
    private final NodeControl control;
    private final NodeFacts facts;
    private final TrafficMeter traffic;
    private final LongSupplier clock;

    SitesApi(AdminSources sources, TrafficMeter traffic) {
        this.ownSite = sources.site().name();
        this.tables = new Tables(sources.rib());
        this.info = sources.info();
        this.goRouters = sources.goRouters();
        this.control = sources.control();
        this.facts = sources.facts();
        this.traffic = traffic;
        this.clock = sources.clock();
    }

    List<Operation> operations() {
        return List.of(
                Operation.get(PATH, List.of(), call -> AdminApi.Answer.list("sites", all(digests()))),
                Operation.get(PATH + "/{site}", List.of(), this::one),
                Operation.write("POST", PATH + "/{site}/forget", List.of(), this::forget),
                Operation.write("POST", "/v1/guard/release", List.of("site"), this::release));
    }

    private AdminApi.Answer one(Call call) {
        SiteId id = new SiteId(Query.decode(call.argument()));
        for (Map<String, Object> each : all(digests())) {
            if (id.name().equals(each.get("site"))) {
                return AdminApi.Answer.json(200, Map.of("site", each));
            }
        }
        return unknown(id);
    }

    private static AdminApi.Answer unknown(SiteId id) {
        return AdminApi.Answer.problem(404, "Unknown site", "nothing is known of site " + id);
    }

    private AdminApi.Answer forget(Call call) {
        SiteId id = new SiteId(Query.decode(call.argument()));
        if (control.trusts(id)) {
            return AdminApi.Answer.problem(
                    409,
                    "Still configured",
                    "site " + id + " is listened to, so it would be learned again; take it out of gossip.sites first");
        }
        return Tables.await(control.forget(id))
                ? AdminApi.Answer.json(200, Map.of("forgotten", id.name()))
                : unknown(id);
    }

    private AdminApi.Answer release(Call call) {
        SiteId named = call.query().site("site");
        SiteId of = named == null ? ownSite : named;
        boolean released = tables.ask(rib -> of.equals(ownSite) ? rib.releaseGuard() : rib.releaseGuard(of));
        return released
                ? AdminApi.Answer.json(200, Map.of("released", true))
                : AdminApi.Answer.problem(409, "Nothing to release", "the guard does not hold anything back");
    }

    /** Returns the digest of each site's table; empty when the tables do not answer. */
    private Map<SiteId, Long> digests() {
        try {
            return tables.ask(rib -> {
                Map<SiteId, Long> digests = new HashMap<>();
                digests.put(ownSite, rib.ownOffers().digest());
                rib.learned()
                        .forEach(each -> digests.put(each.site(), each.table().digest()));
                return digests;
            });
        } catch (Tables.Silent e) {
            return Map.of();
        }
    }

    /** Returns all sites, this one first. */
    List<Map<String, Object>> all(Map<SiteId, Long> digests) {
        Fib fib = tables.fib();
        long now = clock.getAsLong();
        List<SiteId> names =
                new ArrayList<>(fib.sites().stream().map(SiteView::site).toList());
        names.add(ownSite);
        traffic.look(names, now);
        Map<SiteId, Integer> nodes = new HashMap<>();
        facts.members().forEach(each -> nodes.merge(each.site(), 1, Integer::sum));
        List<Map<String, Object>> all = new ArrayList<>();
        all.add(own(fib, digests));
        fib.sites().forEach(view -> all.add(other(view, nodes.getOrDefault(view.site(), 0), digests, now)));
        return all;
    }

    private Map<String, Object> own(Fib fib, Map<SiteId, Long> digests) {
        SiteInfo said = info.get();
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("site", ownSite.name());
        own.put("own", true);
        own.put("fit", said.fit());
        own.put("routes", fib.localRoutes());
        own.put("feed", fib.feed());
        own.put("complete", fib.complete());
        own.put("guardedEndpoints", tables.guarded());
        own.put("digest", digest(digests.get(ownSite)));
        own.put("headroom", said.health().headroom());
        own.put("version", facts.version());
        own.put("info", said);
        own.put(
                "goRouters",
                goRouters.members().stream().map(SitesApi::describe).toList());
        own.put("traffic", TrafficMeter.describe(traffic.of(ownSite)));
        return own;
    }

    private Map<String, Object> other(SiteView view, int nodes, Map<SiteId, Long> digests, long now) {
        SiteInfo said = view.info();
        SiteView.Lag lag = view.lag();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("site", view.site().name());
        body.put("own", false);
        body.put("freshness", view.freshness());
        body.put("fit", view.fit());
        body.put("routes", view.routes());
        body.put("announcedRoutes", view.announcedRoutes());
        body.put("converged", view.converged());
        body.put("incarnation", view.incarnation());
        body.put("sequence", view.sequence());
        body.put("announcedSequence", lag.announcedSequence());
        body.put("sequenceGap", Math.max(0, lag.announcedSequence() - view.sequence()));
        body.put("heardSecondsAgo", said == null ? null : (now - view.heardNanos()) / 1e9);
        body.put("equalSecondsAgo", secondsSince(lag.equalNanos(), now));
        body.put("inStateForSeconds", secondsSince(lag.sinceNanos(), now));
        SiteId via = lag.via();
        body.put("heardThrough", via == null ? null : via.name());
        body.put("heldWithdrawals", lag.heldWithdrawals());
        body.put("conflict", lag.conflict());
        body.put("unheard", lag.unheard());
        body.put("configured", control.trusts(view.site()));
        body.put("digest", digest(digests.get(view.site())));
        body.put("headroom", said == null ? null : said.health().headroom());
        body.put("rttMillis", null);
        body.put("version", null);
        body.put("nodes", nodes);
        body.put("info", said);
        body.put("traffic", TrafficMeter.describe(traffic.of(view.site())));
        return body;
    }

    static @Nullable Double secondsSince(long nanos, long now) {
        return nanos == 0 ? null : (now - nanos) / 1e9;
    }

    private static @Nullable String digest(@Nullable Long digest) {
        return digest == null ? null : String.format(Locale.ROOT, "%016x", digest);
    }

    private static Map<String, Object> describe(GoRouter member) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("address", member.name());
        body.put("health", member.health());
        body.put("inFlight", member.inFlight());
        return body;
    }
}
