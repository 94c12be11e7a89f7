package io.grouter.sim;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The route table of a simulated GoRouter, written as plainly as GoRouter's rules read and sharing no code with
 * Grouter's own table, so that the two check each other.
 */
final class GoRouterTable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long STALE_MILLIS = 120_000;

    /** An endpoint as registered. */
    record Backend(String host, int port, String app, String instanceId, String index, long seenMillis) {
        String address() {
            return host + ":" + port;
        }
    }

    private final Map<String, Map<String, Backend>> pools = new HashMap<>();
    private int turn;

    /** Takes in a register message; what GoRouter could not parse is ignored. */
    synchronized void register(byte[] body) {
        for (Map.Entry<String, Backend> each : parse(body)) {
            pools.computeIfAbsent(each.getKey(), key -> new LinkedHashMap<>())
                    .put(each.getValue().address(), each.getValue());
        }
    }

    /** Takes in an unregister message. */
    synchronized void unregister(byte[] body) {
        for (Map.Entry<String, Backend> each : parse(body)) {
            Map<String, Backend> pool = pools.get(each.getKey());
            if (pool != null) {
                pool.remove(each.getValue().address());
                if (pool.isEmpty()) {
                    pools.remove(each.getKey()); // empty_pool_timeout is 0s in production
                }
            }
        }
    }

    /** Drops what was not refreshed for two minutes. */
    synchronized void prune() {
        long oldest = System.currentTimeMillis() - STALE_MILLIS;
        pools.values().forEach(pool -> pool.values().removeIf(backend -> backend.seenMillis() < oldest));
        pools.values().removeIf(Map::isEmpty);
    }

    /** Returns the backends of the route a request belongs to, in turn, or null when there is no such route. */
    synchronized @Nullable List<Backend> lookup(String host, String path) {
        String bare = host.contains(":") ? host.substring(0, host.indexOf(':')) : host;
        String uri = (bare + path).toLowerCase(Locale.ROOT);
        Map<String, Backend> pool = match(uri);
        while (pool == null) {
            String rest = uri.startsWith("*.") ? uri.substring(2) : uri;
            int dot = rest.indexOf('.');
            if (dot < 0) {
                return null;
            }
            uri = "*" + rest.substring(dot);
            pool = match(uri);
        }
        List<Backend> all = new ArrayList<>(pool.values());
        if (!all.isEmpty()) {
            Collections.rotate(all, turn++ % all.size());
        }
        return all;
    }

    private @Nullable Map<String, Backend> match(String uri) {
        for (String key = uri; ; key = key.substring(0, key.lastIndexOf('/'))) {
            Map<String, Backend> pool = pools.get(key);
            if (pool != null) {
                return pool;
            }
            if (!key.contains("/")) {
                return null;
            }
        }
    }

    private static List<Map.Entry<String, Backend>> parse(byte[] body) {
        List<Map.Entry<String, Backend>> all = new ArrayList<>();
        try {
            JsonNode message = JSON.readTree(new String(body, StandardCharsets.UTF_8));
            if (message == null || !message.isObject()) {
                return all;
            }
            Backend backend = new Backend(
                    message.path("host").asString(""),
                    message.path("port").asInt(0),
                    message.path("app").asString(""),
                    message.path("private_instance_id").asString(""),
                    message.path("private_instance_index").asString(""),
                    System.currentTimeMillis());
            for (JsonNode uri : message.path("uris")) {
                all.add(Map.entry(key(uri.asString("")), backend));
            }
        } catch (JacksonException e) {
            all.clear();
        }
        return all;
    }

    private static String key(String uri) {
        String key = uri.toLowerCase(Locale.ROOT);
        key = key.contains("?") ? key.substring(0, key.indexOf('?')) : key;
        for (int i = 0; i < 2 && key.endsWith("/"); i++) {
            key = key.substring(0, key.length() - 1);
        }
        return key.startsWith("/") ? key.substring(1) : key;
    }
}
