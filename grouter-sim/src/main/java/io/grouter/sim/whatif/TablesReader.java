package io.grouter.sim.whatif;

import io.grouter.app.ConfigException;
import io.grouter.route.Alias;
import io.grouter.route.Freshness;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what {@code /v1/routes} and {@code /v1/sites} answer: any number of files, each with any number of documents one
 * after the other.
 */
public final class TablesReader {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String LOCAL = "LOCAL";

    private final Map<RouteUri, Map<SiteId, Offered>> routes = new TreeMap<>();
    private final Map<RouteUri, String> apps = new HashMap<>();
    private final Map<SiteId, Freshness> freshness = new TreeMap<>();
    private final Map<SiteId, SiteInfo> infos = new HashMap<>();
    private final Set<SiteId> own = new HashSet<>();
    private int pages;
    private int continued;
    private @Nullable String next;
    private int empty;
    private long total;

    private record Offered(int instances, boolean local) {}

    private TablesReader() {}

    /** Reads files; throws {@link ConfigException} that says what is wrong and where. */
    public static Tables read(List<Path> files) throws ConfigException {
        TablesReader reader = new TablesReader();
        for (Path file : files) {
            try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                reader.read(file.toString(), text);
            } catch (IOException e) {
                throw new ConfigException(List.of(file + ": cannot be read: " + e));
            }
        }
        return reader.tables(String.valueOf(files.get(files.size() - 1)));
    }

    /**
     * Reads text.
     *
     * @param name name of the text in messages
     */
    static Tables parse(String name, String text) throws ConfigException {
        TablesReader reader = new TablesReader();
        reader.read(name, new StringReader(text));
        return reader.tables(name);
    }

    private void read(String name, Reader text) throws ConfigException {
        int number = 0;
        try (MappingIterator<JsonNode> documents =
                JSON.readerFor(JsonNode.class).readValues(text)) {
            while (documents.hasNextValue()) {
                number++;
                document(documents.nextValue());
            }
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String place = at == null ? name : name + ":" + at.getLineNr() + ":" + at.getColumnNr();
            throw new ConfigException(List.of(place + ": is no JSON: " + e.getOriginalMessage()));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of(name + ": document " + number + ": " + e.getMessage()));
        }
        if (number == 0) {
            throw new ConfigException(List.of(name + ": is empty (expected: answers of /v1/routes or /v1/sites)"));
        }
    }

    private void document(JsonNode document) {
        if (document.path("routes").isArray()) {
            int index = 0;
            for (JsonNode each : document.path("routes")) {
                route(each, "routes[" + index++ + "]");
            }
            total = Math.max(total, document.path("total").asLong(0));
            pages++;
            if (document.path("next").isString()) {
                continued++;
                next = document.path("next").asString();
            }
        } else if (document.path("sites").isArray()) {
            int index = 0;
            for (JsonNode each : document.path("sites")) {
                site(each, "sites[" + index++ + "]");
            }
        } else if (document.path("title").isString()) {
            throw new IllegalArgumentException("the node answered with an error: "
                    + document.path("title").asString() + ": "
                    + document.path("detail").asString(""));
        } else {
            throw new IllegalArgumentException(
                    "has no list \"routes\" and no list \"sites\" (expected: an answer of /v1/routes or /v1/sites)");
        }
    }

    private void route(JsonNode route, String path) {
        RouteUri uri = RouteUri.ofKey(text(route, "route", path));
        if (!route.path("sites").isArray()) {
            throw new IllegalArgumentException(path + ".sites: is missing (expected: a list)");
        }
        if (route.path("sites").isEmpty()) {
            empty++;
            return;
        }
        apps.put(uri, route.path("app").asString(""));
        Map<SiteId, Offered> offers = routes.computeIfAbsent(uri, key -> new TreeMap<>());
        int index = 0;
        for (JsonNode each : route.path("sites")) {
            String at = path + ".sites[" + index++ + "]";
            SiteId site = siteId(each, at);
            int instances = each.path("instances").asInt(0);
            if (instances < 1) {
                throw new IllegalArgumentException(at + ".instances: " + each.path("instances") + " (expected: >= 1)");
            }
            String state = text(each, "freshness", at);
            boolean local = state.equals(LOCAL);
            if (local) {
                own.add(site);
            } else {
                freshness.put(site, freshness(state, at));
            }
            // With the tables of two nodes, each site's own word counts more than what the other heard.
            Offered known = offers.get(site);
            if (known == null || !known.local() || local) {
                offers.put(site, new Offered(instances, local));
            }
        }
    }

    private void site(JsonNode site, String path) {
        SiteId id = siteId(site, path);
        boolean ours = site.path("own").asBoolean(false);
        JsonNode info = site.path("info");
        if (ours) {
            own.add(id);
        } else {
            freshness.put(id, freshness(text(site, "freshness", path), path));
        }
        if (info.isObject() && (ours || !infos.containsKey(id) || !own.contains(id))) {
            infos.put(id, checked(id, info, path + ".info"));
        }
    }

    private static SiteInfo checked(SiteId id, JsonNode node, String path) {
        SiteInfo info = info(node, path);
        try {
            new KnownSite(id, info, Freshness.FRESH).config();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + "." + e.getMessage(), e);
        }
        return info;
    }

    private static SiteInfo info(JsonNode info, String path) {
        List<Alias> aliases = new ArrayList<>();
        for (JsonNode each : info.path("aliases")) {
            aliases.add(new Alias(
                    text(each, "appDomain", path + ".aliases"), text(each, "aliasDomain", path + ".aliases")));
        }
        JsonNode health = info.path("health");
        if (!health.isObject()) {
            throw new IllegalArgumentException(path + ".health: is missing (expected: an object)");
        }
        return new SiteInfo(
                info.path("region").asString(""),
                aliases,
                info.path("httpPort").asInt(0),
                info.path("httpsPort").asInt(0),
                texts(info.path("certificateNames")),
                texts(info.path("entries")),
                texts(info.path("relays")),
                new SiteHealth(
                        health.path("goRouters").asInt(0),
                        health.path("draining").asBoolean(false),
                        health.path("limit").asInt(0),
                        health.path("inFlight").asInt(0),
                        health.path("errorPermille").asInt(0)));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asString("")));
        return texts;
    }

    private static SiteId siteId(JsonNode node, String path) {
        String name = text(node, "site", path);
        try {
            return new SiteId(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ".site: " + e.getMessage(), e);
        }
    }

    private static Freshness freshness(String word, String path) {
        for (Freshness each : Freshness.values()) {
            if (each.name().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                path + ".freshness: \"" + word + "\" (expected: LOCAL, FRESH, SUSPECT, STALE, GONE)");
    }

    private static String text(JsonNode node, String key, String path) {
        if (!node.path(key).isString()) {
            throw new IllegalArgumentException(path + "." + key + ": is missing (expected: text)");
        }
        return node.path(key).asString();
    }

    // ---- all of it together

    private Tables tables(String name) throws ConfigException {
        if (routes.isEmpty()) {
            throw new ConfigException(List.of(name + ": no routes (expected: answers of /v1/routes)"));
        }
        if (pages == continued) {
            throw new ConfigException(List.of(name + ": the page after \"" + next
                    + "\" is missing (expected: all pages, ask again with after=" + next + ", or limit=all)"));
        }
        List<String> notes = new ArrayList<>();
        if (routes.size() + empty < total) {
            notes.add(String.format(
                    Locale.ROOT, "The tables hold %,d of the %,d routes that the node had.", routes.size(), total));
        }
        if (empty > 0) {
            notes.add(empty + " routes that no site had when the tables were exported are left out.");
        }
        return new Tables(sites(notes), known(notes), notes);
    }

    private List<KnownSite> sites(List<String> notes) {
        Set<SiteId> all = new TreeSet<>(freshness.keySet());
        all.addAll(own);
        routes.values().forEach(offers -> all.addAll(offers.keySet()));
        List<KnownSite> known = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (SiteId id : all) {
            Freshness state = own.contains(id) ? Freshness.FRESH : freshness.getOrDefault(id, Freshness.FRESH);
            SiteInfo info = infos.get(id);
            if (info == null) {
                unknown.add(id.name());
            }
            if (state != Freshness.FRESH) {
                notes.add("Site " + id + " was " + state + " when the tables were exported.");
            }
            known.add(new KnownSite(id, info == null ? healthy() : info, state));
        }
        if (!unknown.isEmpty()) {
            notes.add("Nothing but routes is known of " + String.join(", ", unknown)
                    + " (no /v1/sites): taken for healthy, in no region, reached by relays.");
        }
        return known;
    }

    /** A relay that exists: where it is does not matter, nothing is sent. */
    private static SiteInfo healthy() {
        return new SiteInfo("", List.of(), 0, 0, List.of(), List.of(), List.of("0.0.0.0:1"), SiteHealth.idle(1));
    }

    private List<KnownRoute> known(List<String> notes) {
        Set<String> hosts = new HashSet<>();
        routes.keySet().forEach(uri -> hosts.add(uri.host()));
        List<KnownRoute> known = new ArrayList<>();
        routes.forEach((uri, offers) -> known.add(new KnownRoute(
                uri,
                apps.getOrDefault(uri, ""),
                List.copyOf(offers.keySet()),
                offers.values().stream().map(Offered::instances).toList(),
                host(uri, hosts))));
        long silent = known.stream().filter(each -> each.host().isEmpty()).count();
        if (silent > 0) {
            notes.add(silent + " routes without a host are not asked for.");
        }
        return known;
    }

    /** Returns a host under a wildcard that has no route of its own. */
    private static String host(RouteUri uri, Set<String> hosts) {
        if (!uri.wildcard()) {
            return uri.host();
        }
        String suffix = uri.host().substring(1);
        String host = "any" + suffix;
        for (int i = 1; hosts.contains(host); i++) {
            host = "any-" + i + suffix;
        }
        return host;
    }
}
