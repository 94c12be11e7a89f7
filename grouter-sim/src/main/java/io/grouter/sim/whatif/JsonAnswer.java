package io.grouter.sim.whatif;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** An answer as one JSON document, with all names. */
final class JsonAnswer {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonAnswer() {}

    static String of(Answer answer) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", answer.name());
        body.put("routes", answer.routes());
        body.put("requestsPerSecond", round(answer.requestsPerSecond()));
        body.put("notes", answer.notes());
        body.put("moments", answer.moments().stream().map(JsonAnswer::moment).toList());
        return JSON.writeValueAsString(body) + "\n";
    }

    private static Map<String, Object> moment(Moment moment) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("at", moment.at());
        body.put("do", moment.what());
        List<Object> sites = new ArrayList<>();
        moment.loads().forEach(each -> sites.add(load(each)));
        body.put("sites", sites);
        Map<String, Object> failed = new LinkedHashMap<>();
        moment.failed().forEach((cause, rate) -> failed.put(cause, round(rate)));
        body.put("failed", failed);
        body.put("routesWithoutSite", moment.withoutSite());
        body.put("routesWithOneSite", moment.inOne());
        body.put("routesFellToOneSite", moment.fellToOne());
        body.put("pinnedThatCannotMove", moment.stuck());
        return body;
    }

    private static Map<String, Object> load(SiteLoad load) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("site", load.site().name());
        body.put("state", load.state());
        body.put("entering", round(load.entering()));
        body.put("served", round(load.served()));
        body.put("redirectedOut", round(load.redirectedOut()));
        body.put("redirectedIn", round(load.redirectedIn()));
        body.put("relayedOut", round(load.relayedOut()));
        body.put("relayedIn", round(load.relayedIn()));
        body.put("failed", round(load.failed()));
        body.put("capacity", load.capacity() > 0 ? round(load.capacity()) : null);
        body.put("share", load.capacity() > 0 ? round(load.share()) : null);
        body.put("over", load.over());
        return body;
    }

    /** Digits beyond these are noise of adding up. */
    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
