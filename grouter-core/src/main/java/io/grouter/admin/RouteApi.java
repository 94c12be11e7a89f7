package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.overrides.OperatorOverride;
import io.grouter.rib.AdjRibIn;
import io.grouter.rib.HeardEndpoint;
import io.grouter.route.Endpoint;
import io.grouter.route.Offer;
import io.grouter.route.RedirectMode;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Steering;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;

/** One route: what each site offers, how old that is, and who wins. Safe for all threads. */
final class RouteApi {
    private final Tables tables;
    private final Steering steering;
    private final Supplier<OwnSite> ownSite;
    private final LongSupplier clock;

    RouteApi(AdminSources sources) {
        this.tables = new Tables(sources.rib());
        this.steering = sources.steering();
        this.ownSite = sources.ownSite();
        this.clock = sources.clock();
    }

    List<Operation> operations() {
        return List.of(Operation.get("/v1/routes/{route*}", List.of(), this::route));
    }

    /**
     * What only the tables know.
     *
     * @param heard the endpoints of this site
     * @param held the sites whose withdrawal is not believed yet
     */
    private record InTables(List<HeardEndpoint> heard, Set<SiteId> held) {}

    private AdminApi.Answer route(Call call) {
        RouteUri uri = RouteUri.parse(Query.decode(call.argument().replace("+", "%2B")));
        Fib fib = tables.fib();
        RouteEntry route = fib.get(uri);
        if (route == null) {
            return AdminApi.Answer.problem(404, "Unknown route", "no site is known to have " + uri);
        }
        long now = clock.getAsLong();
        InTables in = tables.ask(rib -> new InTables(
                rib.heard(uri, now),
                rib.learned().stream()
                        .filter(each -> each.isHeld(uri))
                        .map(AdjRibIn::site)
                        .collect(Collectors.toSet())));
        OwnSite own = ownSite.get();
        String host = uri.wildcard() ? "any" + uri.host().substring(1) : uri.host();
        String path = uri.path().isEmpty() ? "/" : uri.path();
        Decision winner = steering.decide(fib, own, new RequestFacts(false, host, path, "127.0.0.1"));
        SiteId to = Decisions.site(winner, fib.ownSite());
        List<Map<String, Object>> offers = new ArrayList<>();
        if (route.own() != null) {
            offers.add(own(fib, route.own(), in, own, to));
        }
        route.learned().forEach(offer -> offers.add(learned(fib, offer, in, now, to)));
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("offers", offers);
        more.put("endpoints", in.heard().stream().map(RouteApi::describe).toList());
        more.put("winner", winner(winner, to));
        OperatorOverride override = own.overrides().of(uri);
        more.put("override", override == null ? null : OverrideView.of(own.overrides(), override, now));
        return AdminApi.Answer.json(200, Map.of("route", new Detail(new RouteJson(new RouteFacts(fib)), route, more)));
    }

    private static Map<String, Object> winner(Decision decision, @Nullable SiteId to) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("decision", Decisions.kind(decision));
        body.put("site", to == null ? null : to.name());
        body.put("reason", decision.rule().reason());
        body.put("text", decision.rule().text());
        return body;
    }

    private static Map<String, Object> own(Fib fib, Offer offer, InTables in, OwnSite own, @Nullable SiteId winner) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("site", fib.ownSite().name());
        body.put("own", true);
        body.put("origin", in.heard().isEmpty() ? "sibling" : "nats");
        body.put("via", null);
        body.put("incarnation", null);
        body.put("sequence", null);
        int youngest =
                in.heard().stream().mapToInt(HeardEndpoint::ageMillis).min().orElse(-1);
        body.put("ageSeconds", youngest < 0 ? null : youngest / 1e3);
        body.put("equalSecondsAgo", null);
        body.put("freshness", "LOCAL");
        body.put("fit", own.health().fit());
        offer(body, offer);
        body.put("withdrawalHeld", false);
        body.put("winner", fib.ownSite().equals(winner));
        return body;
    }

    private static Map<String, Object> learned(
            Fib fib, LearnedOffer offer, InTables in, long now, @Nullable SiteId winner) {
        SiteView view = fib.site(offer.site());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("site", offer.site().name());
        body.put("own", false);
        body.put("origin", "gossip");
        SiteId via = view == null ? null : view.lag().via();
        body.put("via", via == null ? null : via.name());
        body.put("incarnation", view == null ? null : view.incarnation());
        body.put("sequence", view == null ? null : view.sequence());
        body.put("ageSeconds", view == null || view.info() == null ? null : (now - view.heardNanos()) / 1e9);
        body.put(
                "equalSecondsAgo",
                view == null ? null : SitesApi.secondsSince(view.lag().equalNanos(), now));
        body.put("freshness", new RouteFacts(fib).freshness(offer.site()));
        body.put("fit", view != null && view.fit());
        offer(body, offer.offer());
        body.put("withdrawalHeld", in.held().contains(offer.site()));
        body.put("winner", offer.site().equals(winner));
        return body;
    }

    private static void offer(Map<String, Object> body, Offer offer) {
        body.put("instances", offer.instances());
        body.put("app", offer.appId());
        body.put("draining", offer.draining());
        RedirectMode redirect = offer.redirect();
        body.put("redirect", redirect == null ? null : redirect.name().toLowerCase(Locale.ROOT));
        body.put("regions", offer.regions());
    }

    private static Map<String, Object> describe(HeardEndpoint heard) {
        Endpoint endpoint = heard.endpoint();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("address", endpoint.address());
        body.put("tls", endpoint.tls());
        body.put("appId", endpoint.appId());
        body.put("instanceId", endpoint.instanceId());
        body.put("instanceIndex", endpoint.instanceIndex());
        body.put("isolationSegment", endpoint.isolationSegment());
        body.put("availabilityZone", endpoint.availabilityZone());
        body.put("routeServiceUrl", endpoint.routeServiceUrl());
        body.put("staleThresholdSeconds", endpoint.staleThresholdSeconds());
        body.put("tags", endpoint.tags());
        body.put("ageSeconds", heard.ageMillis() / 1e3);
        return body;
    }

    /** What the list says of a route, and more. */
    private record Detail(RouteJson json, RouteEntry route, Map<String, Object> more) implements JacksonSerializable {
        @Override
        public void serialize(JsonGenerator out, SerializationContext context) {
            out.writeStartObject();
            json.fields(out, route);
            more.forEach(out::writePOJOProperty);
            out.writeEndObject();
        }

        @Override
        public void serializeWithType(JsonGenerator out, SerializationContext context, TypeSerializer type) {
            serialize(out, context);
        }
    }
}
