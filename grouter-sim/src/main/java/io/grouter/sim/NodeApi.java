package io.grouter.sim;

import java.io.IOException;
import java.util.function.IntUnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What one node says of itself and of the others, by its admin API. */
final class NodeApi {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final int port;

    /** Makes one for the admin API at a port of 127.0.0.1. */
    NodeApi(int port) {
        this.port = port;
    }

    /** Asks for a path. */
    HttpProbe.Answer ask(String path) throws IOException {
        return HttpProbe.get(port, "localhost", path);
    }

    /** Gives an order; throws {@link IOException} with the node's words when it refuses. */
    void order(String method, String path, String body) throws IOException {
        HttpProbe.Answer answer = HttpProbe.send(method, port, path, body);
        if (answer.status() / 100 != 2) {
            throw new IOException("refused: " + json(answer).path("detail").asString("status " + answer.status()));
        }
    }

    /** Returns whether it takes requests and has a GoRouter. */
    boolean isReady() {
        try {
            return ask("/ready").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns what it says in {@code /ready}. */
    JsonNode ready() throws IOException {
        return json(ask("/ready"));
    }

    /** Returns what it says of a site in {@code /v1/sites}. */
    JsonNode view(String site) throws IOException {
        for (JsonNode each : sites()) {
            if (each.path("site").asString("").equals(site)) {
                return each;
            }
        }
        return JSON.createObjectNode();
    }

    private JsonNode sites() throws IOException {
        return json(ask("/v1/sites")).path("sites");
    }

    private static JsonNode json(HttpProbe.Answer answer) throws IOException {
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw new IOException("answers " + answer.status() + ", no JSON", e);
        }
    }

    /**
     * Returns why it does not hold the whole tables of all sites, or {@code ""} when it does.
     *
     * @param sites how many there are
     * @param routes returns how many routes a site has
     */
    String unequal(int sites, IntUnaryOperator routes) throws IOException {
        JsonNode all = sites();
        if (all.size() != sites) {
            return "knows " + all.size() + " of " + sites + " sites";
        }
        for (JsonNode each : all) {
            String name = each.path("site").asString("");
            int expected = routes.applyAsInt(Integer.parseInt(name.substring("dc".length())));
            int held = each.path("routes").asInt();
            boolean own = each.path("own").asBoolean();
            String feed = each.path("feed").asString("");
            String freshness = each.path("freshness").asString("");
            if (own && !feed.equals("LIVE")) {
                return "feed is " + feed;
            } else if (!own && !freshness.equals("FRESH")) {
                return "sees " + name + " as " + freshness;
            } else if (held != expected) {
                return "has " + held + " of " + expected + " routes of " + name;
            } else if (!own && !each.path("converged").asBoolean()) {
                return "table of " + name + " differs";
            }
        }
        return "";
    }

    /**
     * Returns why not everything around it is in order, or {@code ""} when it is: all GoRouters, all nodes, all sites.
     *
     * @param relays how many addresses each site takes relayed requests at
     */
    String impaired(int nodes, int goRouters, int relays) throws IOException {
        if (!isReady()) {
            return "not ready";
        }
        for (JsonNode each : sites()) {
            String name = each.path("site").asString("");
            JsonNode info = each.path("info");
            if (info.path("health").path("goRouters").asInt() != goRouters) {
                return name + " has not all GoRouters";
            }
            for (JsonNode goRouter : each.path("goRouters")) {
                if (!goRouter.path("health").asString("").equals("HEALTHY")) {
                    return "a GoRouter is not healthy";
                }
            }
            if (!each.path("own").asBoolean()
                    && !(each.path("fit").asBoolean() && info.path("relays").size() == relays)) {
                return "does not see all of " + name;
            }
        }
        boolean siblings = ask("/metrics").body().contains("grouter_gossip_siblings " + (nodes - 1) + ".0");
        return siblings ? "" : "does not see all nodes of its site";
    }
}
