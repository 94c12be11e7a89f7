package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.gorouter.GoRouter;
import io.grouter.gorouter.GoRouterPool;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** What stands around this node: other nodes, the GoRouters, the feed. Safe for all threads. */
final class SurroundingsApi {
    private final Tables tables;
    private final GoRouterPool goRouters;
    private final NodeFacts facts;
    private final LongSupplier clock;

    SurroundingsApi(AdminSources sources) {
        this.tables = new Tables(sources.rib());
        this.goRouters = sources.goRouters();
        this.facts = sources.facts();
        this.clock = sources.clock();
    }

    List<Operation> operations() {
        return List.of(
                Operation.get("/v1/nodes", List.of(), call -> nodes()),
                Operation.get("/v1/gorouters", List.of(), call -> goRouters()),
                Operation.get("/v1/feed", List.of(), call -> feed()));
    }

    private AdminApi.Answer nodes() {
        return AdminApi.Answer.list(
                "nodes", facts.members().stream().map(SurroundingsApi::describe).toList());
    }

    private static Map<String, Object> describe(NodeFacts.Member node) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", node.name());
        body.put("site", node.site().name());
        body.put("own", node.own());
        body.put("sibling", node.sibling());
        body.put("speaker", node.speaker());
        body.put("address", node.address());
        body.put("version", node.version());
        return body;
    }

    private AdminApi.Answer goRouters() {
        return AdminApi.Answer.list(
                "gorouters",
                goRouters.members().stream().map(SurroundingsApi::describe).toList());
    }

    private static Map<String, Object> describe(GoRouter member) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("address", member.name());
        body.put(
                "status",
                member.status().getHostString() + ":" + member.status().getPort());
        body.put("health", member.health());
        body.put("inFlight", member.inFlight());
        body.put("limit", member.limit());
        return body;
    }

    private record Counts(int endpoints, int siblingRoutes) {}

    private AdminApi.Answer feed() {
        Fib fib = tables.fib();
        NodeFacts.Feed feed = facts.feed();
        Counts counts = tables.ask(
                rib -> new Counts(rib.endpointCount(), rib.siblingOffers().size()));
        Long heard = feed.heardNanos();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("state", fib.feed());
        body.put("why", feed.why());
        body.put("complete", fib.complete());
        body.put("connected", feed.connected());
        body.put("server", feed.server());
        body.put("servers", feed.servers());
        body.put("connects", feed.connects());
        body.put("heardSecondsAgo", heard == null ? null : (clock.getAsLong() - heard) / 1e9);
        body.put("pendingMessages", feed.pendingMessages());
        body.put("pendingBytes", feed.pendingBytes());
        body.put("droppedMessages", feed.droppedMessages());
        body.put("routes", fib.localRoutes());
        body.put("endpoints", counts.endpoints());
        body.put("guardedEndpoints", tables.guarded());
        body.put("siblingRoutes", counts.siblingRoutes());
        return AdminApi.Answer.json(200, Map.of("feed", body));
    }
}
