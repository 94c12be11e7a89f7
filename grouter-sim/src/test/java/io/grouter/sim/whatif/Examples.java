package io.grouter.sim.whatif;

import io.grouter.app.ConfigException;
import io.grouter.route.SiteId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Tables as a node of dc1 exports them, written in a few words, and the documentation in the source tree. */
final class Examples {
    private Examples() {}

    static Path docs() {
        return Path.of("").toAbsolutePath().resolveSibling("docs");
    }

    static String simulator() throws IOException {
        return Files.readString(docs().resolve("simulator.md"));
    }

    /** Returns a page of routes, each written as {@code host dc1 dc2}. */
    static String page(String... routes) {
        List<String> all = new ArrayList<>();
        for (String route : routes) {
            List<String> words = List.of(route.split(" ", -1));
            all.add("{\"route\":\"" + words.get(0) + "\",\"local\":true,\"app\":\"a\",\"knownEmpty\":false,\"sites\":["
                    + words.subList(1, words.size()).stream()
                            .map(site -> "{\"site\":\"" + site + "\",\"instances\":2,\"freshness\":\""
                                    + (site.equals("dc1") ? "LOCAL" : "FRESH") + "\"}")
                            .collect(Collectors.joining(","))
                    + "]}");
        }
        return "{\"routes\":[" + String.join(",", all) + "],\"total\":" + routes.length + ",\"next\":null}";
    }

    /** Returns sites dc1 and so on, each in the region given; aliases are under apps.test. */
    static String sites(String... regions) {
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= regions.length; i++) {
            all.add("{\"site\":\"dc" + i + "\",\"own\":" + (i == 1) + ",\"freshness\":\"FRESH\",\"info\":{\"region\":\""
                    + regions[i - 1] + "\",\"aliases\":[{\"appDomain\":\"apps.test\",\"aliasDomain\":\"dc" + i
                    + ".apps.test\"}],\"httpPort\":80,\"httpsPort\":0,\"certificateNames\":[],\"entries\":[],"
                    + "\"relays\":[\"192.0.2." + i + ":8443\"],\"health\":{\"goRouters\":2,\"draining\":false,"
                    + "\"limit\":1000,\"inFlight\":0,\"errorPermille\":0}}}");
        }
        return "{\"sites\":[" + String.join(",", all) + "]}";
    }

    static Tables tables(String... documents) throws ConfigException {
        return TablesReader.parse("tables.json", String.join("\n", documents));
    }

    /** Answers a plan with the given lines and steps, 100 requests per second for each route. */
    static Answer answer(Tables tables, String more, String... steps) throws ConfigException {
        StringBuilder text = new StringBuilder("name: test\n").append(more);
        if (!more.contains("traffic:")) {
            text.append("traffic: {requestsPerSecond: 100, redirectablePercent: 100}\n");
        }
        text.append("steps:\n");
        for (String step : steps) {
            text.append("  - {at: \"12:00\", do: ").append(step).append("}\n");
        }
        return WhatIf.answer(tables, PlanLoader.parse("plan.yaml", text.toString(), tables));
    }

    static SiteLoad load(Moment moment, String site) {
        return moment.loads().stream()
                .filter(each -> each.site().equals(new SiteId(site)))
                .findFirst()
                .orElseThrow();
    }
}
