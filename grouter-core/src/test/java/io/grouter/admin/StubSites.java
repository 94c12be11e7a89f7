package io.grouter.admin;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What a node answers, made up, in the shape of the contract. */
final class StubSites {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String APP = "5ad1e2b4-3c1f-4d8e-9b1a-0c2d3e4f5a6b";
    private static final String HEALTH = """
            {"goRouters": 2, "draining": false, "limit": 2000, "inFlight": 310, "errorPermille": 2}""";
    private static final String INFO = """
            {"region": "eu-north", "aliases": [{"appDomain": "apps.example.com", "aliasDomain": "dc1.apps.example.com"}],
             "httpPort": 80, "httpsPort": 443, "certificateNames": [], "entries": ["192.0.2.10"], "relays": [], "health": %s}""".formatted(HEALTH);

    private StubSites() {}

    private static Map<String, Object> map(String json) {
        return JSON.readValue(json, new TypeReference<LinkedHashMap<String, Object>>() {});
    }

    static Map<String, Object> own() {
        return map("""
                {"site": "dc1", "own": true, "fit": true, "routes": 812, "feed": "LIVE", "complete": true,
                 "guardedEndpoints": 0, "digest": "00112233445566ff", "headroom": 0.84, "version": "0.1.0", "info": %s,
                 "goRouters": [{"address": "10.1.0.20:80", "health": "HEALTHY", "inFlight": 12},
                   {"address": "10.1.0.21:80", "health": "HEALTHY", "inFlight": 9}],
                 "traffic": {"forwarded": 1204, "redirected": 0, "relayed": 0, "received": 0, "failed": 0}}""".formatted(INFO));
    }

    static Map<String, Object> other(String name, String freshness) {
        double heard = freshness.equals("FRESH") ? 0.4 : freshness.equals("SUSPECT") ? 8 : 40;
        return map("""
                {"site": "%s", "own": false, "freshness": "%s", "fit": %s, "routes": 640, "announcedRoutes": 640,
                 "converged": true, "incarnation": 7, "sequence": 4711, "announcedSequence": 4711, "sequenceGap": 0,
                 "heardSecondsAgo": %s, "equalSecondsAgo": %s, "inStateForSeconds": 10, "heardThrough": null,
                 "heldWithdrawals": 0, "conflict": false, "unheard": false, "configured": true,
                 "digest": "00112233445566aa", "headroom": 0.62, "rttMillis": 11.8, "version": "0.1.0", "nodes": 2,
                 "info": %s, "traffic": {"forwarded": 0, "redirected": 3.5, "relayed": 41, "received": 22.4, "failed": 0}}""".formatted(name, freshness, freshness.equals("FRESH"), heard, heard, INFO));
    }

    static Map<String, Object> stats(Collection<Map<String, Object>> sites, int routes, int second) {
        double wave = 1000 + 260 * Math.sin(second / 9.0) + (second * 7919) % 90;
        Map<String, Object> traffic = Map.of(
                "forwarded",
                wave,
                "redirected",
                3 + second % 3,
                "relayed",
                38 + second % 7,
                "received",
                22.4,
                "failed",
                second % 20 == 0 ? 0.5 : 0);
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("time", "2026-11-23T03:00:00Z");
        stats.put("site", "dc1");
        stats.put("version", second);
        stats.put("routes", routes);
        stats.put("localRoutes", 812);
        stats.put("knownEmpty", 0);
        Map<String, Object> own = sites.iterator().next();
        stats.put("feed", own.get("feed"));
        stats.put("complete", own.get("complete"));
        stats.put("traffic", traffic);
        stats.put(
                "sites",
                sites.stream()
                        .map(site -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("site", site.get("site"));
                            one.put("freshness", site.getOrDefault("freshness", "LOCAL"));
                            one.put("heardSecondsAgo", site.get("heardSecondsAgo"));
                            List.of("fit", "routes", "headroom", "traffic").forEach(key -> one.put(key, site.get(key)));
                            return one;
                        })
                        .toList());
        return stats;
    }

    static Map<String, Object> summary(String route, boolean drained) {
        Map<String, Object> body = map("""
                {"local": true, "app": "%s", "knownEmpty": false, "state": "everywhere", "stale": false, "conflict": false,
                 "sites": [{"site": "dc1", "instances": 2, "freshness": "LOCAL"}, {"site": "dc2", "instances": 3, "freshness": "FRESH"}]}""".formatted(APP));
        body.put("route", route);
        if (drained) {
            body.put("drained", true);
        }
        return body;
    }

    private static Map<String, Object> offer(String site, boolean own) {
        return map("""
                {"site": "%s", "own": %s, "origin": "%s", "via": null, "incarnation": %s, "sequence": %s,
                 "ageSeconds": 0.4, "equalSecondsAgo": 0.4, "freshness": "%s", "fit": true, "instances": 2, "app": "%s",
                 "draining": false, "redirect": null, "regions": [], "withdrawalHeld": false, "winner": %s}""".formatted(
                        site,
                        own,
                        own ? "nats" : "gossip",
                        own ? "null" : "7",
                        own ? "null" : "4711",
                        own ? "LOCAL" : "FRESH",
                        APP,
                        own));
    }

    static Map<String, Object> route(String route, @Nullable Map<String, Object> override) {
        Map<String, Object> body = summary(route, override != null);
        body.put("offers", List.of(offer("dc1", true), offer("dc2", false)));
        Map<String, Object> endpoint = map("""
                {"address": "10.1.4.7:61001", "tls": true, "appId": "%s", "instanceId": "7d3f-1", "instanceIndex": "0",
                 "isolationSegment": "", "availabilityZone": "z1", "routeServiceUrl": "", "staleThresholdSeconds": 120, "ageSeconds": 3.1}""".formatted(APP));
        endpoint.put("tags", Map.of("space_name", route));
        body.put("endpoints", List.of(endpoint));
        body.put(
                "winner",
                Map.of("decision", "forward", "site", "dc1", "reason", "local", "text", "this site has the route"));
        body.put("override", override);
        return body;
    }

    static Map<String, Object> feed(String state) {
        Map<String, Object> feed = map("""
                {"why": "messages come", "complete": true, "connected": true, "server": "nats://10.1.0.5:4222",
                 "servers": ["nats://10.1.0.5:4222", "nats://10.1.0.6:4222"], "connects": 1, "heardSecondsAgo": 0.2,
                 "pendingMessages": 0, "pendingBytes": 0, "droppedMessages": 0, "routes": 812, "endpoints": 1624,
                 "guardedEndpoints": 0, "siblingRoutes": 812}""");
        feed.put("state", state);
        return feed;
    }

    static List<Map<String, Object>> nodes(Collection<String> sites) {
        return sites.stream()
                .map(site -> map("""
                        {"name": "%s-1", "site": "%s", "own": %s, "sibling": false, "speaker": true,
                         "address": "10.0.0.30:7900", "version": null}""".formatted(site, site, site.equals("dc1"))))
                .toList();
    }

    static List<Map<String, Object>> goRouters() {
        return List.of(map("""
                {"address": "10.1.0.20:80", "status": "10.1.0.20:8080", "health": "HEALTHY", "inFlight": 12, "limit": 1000}"""));
    }

    static Map<String, Object> explanation(Map<String, String> query) {
        String rules = "\"rules\": [{\"rule\": \"inter-site\", \"decided\": false, \"says\": null},"
                + "{\"rule\": \"local\", \"decided\": true, \"says\": \"%s\", \"site\": \"dc1\"},"
                + "{\"rule\": \"learned\", \"decided\": false, \"says\": \"redirect\", \"site\": \"dc2\"}]";
        String head =
                "{\"reason\": \"local\", \"steps\": [\"the client asks\", \"the route is found\"], \"snapshot\": 9, ";
        Map<String, Object> body = map(
                query.containsKey("name")
                        ? head + rules.formatted("addresses")
                                + ", \"decision\": \"addresses\", \"type\": \"A\", \"client\": \"127.0.0.1\", \"zone\": \"apps.example.com\","
                                + " \"rcode\": \"NOERROR\", \"answers\": [{\"type\": \"A\", \"address\": \"192.0.2.10\", \"ttl\": 30}], \"sites\": [\"dc1\"]}"
                        : head + rules.formatted("forward")
                                + ", \"decision\": \"forward\", \"site\": \"dc1\", \"host\": null, \"route\": \"hello.apps.example.com\"}");
        body.put(query.containsKey("name") ? "name" : "url", query.getOrDefault("name", query.getOrDefault("url", "")));
        return body;
    }

    static Map<String, Object> dryRun(Map<String, Object> order, int routes) {
        Map<String, Object> body = map("""
                {"dryRun": true, "refused": null, "considered": %d, "moved": %d, "stay": 0, "withoutSite": 1,
                 "moves": [{"from": "dc1", "to": "dc2", "how": "redirect", "routes": %d}],
                 "routes": [{"route": "hello.apps.example.com", "from": "dc1", "to": "dc2", "how": "redirect", "reason": "drained-route", "withoutSite": false},
                   {"route": "only-here.apps.example.com", "from": "dc1", "to": "dc1", "how": "forward", "reason": "local", "withoutSite": true}],
                 "next": null}""".formatted(routes + 1, routes, routes));
        body.put("override", order);
        return body;
    }
}
