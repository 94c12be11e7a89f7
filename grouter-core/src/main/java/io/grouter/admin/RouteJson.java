package io.grouter.admin;

import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Writes routes as JSON, straight from the snapshot. */
final class RouteJson {
    private final RouteFacts facts;
    private final String ownSite;

    RouteJson(RouteFacts facts) {
        this.facts = facts;
        this.ownSite = facts.fib().ownSite().name();
    }

    RouteFacts facts() {
        return facts;
    }

    /** Writes one route as an object. */
    void write(JsonGenerator json, RouteEntry route) {
        json.writeStartObject();
        fields(json, route);
        json.writeEndObject();
    }

    /** Writes what is in it. */
    void fields(JsonGenerator json, RouteEntry route) {
        json.writeStringProperty("route", route.uri().toString());
        json.writeBooleanProperty("local", route.local());
        json.writeStringProperty("app", route.appId());
        json.writeBooleanProperty("knownEmpty", route.knownEmpty());
        json.writeStringProperty("state", state(route));
        json.writeBooleanProperty("stale", facts.stale(route));
        json.writeBooleanProperty("conflict", facts.conflict(route));
        json.writeArrayPropertyStart("sites");
        if (route.local()) {
            site(json, ownSite, route.localInstances(), "LOCAL");
        }
        List<LearnedOffer> learned = route.learned();
        for (int i = 0; i < learned.size(); i++) {
            LearnedOffer offer = learned.get(i);
            site(
                    json,
                    offer.site().name(),
                    offer.offer().instances(),
                    facts.freshness(offer.site()).name());
        }
        json.writeEndArray();
        List<String> regions = facts.regions(route);
        if (!regions.isEmpty()) {
            json.writeArrayPropertyStart("regions");
            regions.forEach(json::writeString);
            json.writeEndArray();
        }
        if (facts.drained(route)) {
            json.writeBooleanProperty("drained", true);
        }
    }

    private String state(RouteEntry route) {
        if (route.knownEmpty()) {
            return "empty";
        }
        return !route.local() ? "remote" : facts.everywhere(route) ? "everywhere" : "local";
    }

    private static void site(JsonGenerator json, String site, int instances, String freshness) {
        json.writeStartObject();
        json.writeStringProperty("site", site);
        json.writeNumberProperty("instances", instances);
        json.writeStringProperty("freshness", freshness);
        json.writeEndObject();
    }
}
