package io.grouter.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A node that says whatever a test wants it to say, with the page of a real one. */
final class StubNode implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    final List<String> orders = new CopyOnWriteArrayList<>();
    final Map<String, Map<String, Object>> sites = new ConcurrentSkipListMap<>();
    volatile List<String> routes = List.of();
    volatile List<Map<String, Object>> overrides = List.of();
    volatile @Nullable String token;
    volatile boolean silent;
    volatile @Nullable String refused;
    /** A search whose answer waits for {@link #releaseHeld}. */
    volatile String held = "";
    /** With what streams were resumed. */
    final List<String> resumed = new CopyOnWriteArrayList<>();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<BlockingQueue<String>> readers = new CopyOnWriteArrayList<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger seconds = new AtomicInteger();
    private final List<Map<String, Object>> journal = new CopyOnWriteArrayList<>();
    private final WebPage page = new WebPage();
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    StubNode() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        sites.put("dc1", StubSites.own());
        sites.put("dc2", StubSites.other("dc2", "FRESH"));
        sites.put("dc3", StubSites.other("dc3", "FRESH"));
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** Waits until the search that is held has come. */
    void awaitHeld() {
        await(arrived);
    }

    void releaseHeld() {
        released.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("it does not come");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- events

    /** Tells all who listen. */
    void tell(String event, Map<String, Object> data) {
        String id = event.equals("journal") ? "id: x-" + data.get("id") + "\n" : "";
        readers.forEach(each -> each.add(id + "event: " + event + "\ndata: " + JSON.writeValueAsString(data) + "\n\n"));
    }

    /** A route appears, with its line in the journal. */
    void register(String route) {
        routes = Stream.concat(routes.stream(), Stream.of(route)).toList();
        record("route-added", route);
    }

    /** Writes a line into the journal. */
    void record(String what, String route) {
        Map<String, Object> change = new LinkedHashMap<>();
        change.put("id", changes.incrementAndGet());
        change.put("time", Instant.now().toString());
        change.put("what", what);
        change.put("site", "dc1");
        change.put("route", route);
        change.put("instances", 1);
        change.put("source", "nats");
        change.put("reason", "registered");
        journal.add(0, change);
        tell("journal", change);
    }

    /** Ends all streams, and takes no more until it is no longer {@link #silent}. */
    void cut() {
        silent = true;
        readers.forEach(each -> each.add(""));
    }

    private void stream(HttpExchange exchange) throws IOException {
        String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        if (last != null) {
            resumed.add(last);
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        BlockingQueue<String> queue = new LinkedBlockingQueue<>();
        readers.add(queue);
        try (OutputStream out = exchange.getResponseBody()) {
            for (Map<String, Object> each : sites.values()) {
                queue.add("event: site\ndata: " + JSON.writeValueAsString(each) + "\n\n");
            }
            while (true) {
                String next = queue.poll(1, TimeUnit.SECONDS);
                if (next == null) {
                    int second = seconds.incrementAndGet();
                    next = "event: stats\ndata: "
                            + JSON.writeValueAsString(StubSites.stats(sites.values(), routes.size(), second)) + "\n\n";
                } else if (next.isEmpty()) {
                    return;
                }
                out.write(next.getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            readers.remove(queue);
        }
    }

    // ---- answers

    private record Answer(int status, Object body) {}

    private static Answer ok(Object body) {
        return new Answer(200, body);
    }

    private static Answer problem(int status, String type, String title, String detail) {
        return new Answer(
                status,
                Map.of("type", "urn:grouter:problem:" + type, "title", title, "status", status, "detail", detail));
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> all = new HashMap<>();
        String query = exchange.getRequestURI().getRawQuery();
        for (String each : query == null ? new String[0] : query.split("&", -1)) {
            String[] parts = each.split("=", 2);
            all.put(parts[0], parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return all;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getRawPath();
            AdminApi.Answer file = page.answer(exchange.getRequestMethod(), path, null);
            if (file != null) {
                exchange.getResponseHeaders().set("Content-Type", file.contentType());
                file.headers().forEach(exchange.getResponseHeaders()::set);
                send(exchange, 200, String.valueOf(file.body()).getBytes(StandardCharsets.UTF_8));
                return;
            }
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            Answer answer;
            if (token != null && !("Bearer " + token).equals(authorization)) {
                answer = problem(401, "unauthorized", "Unauthorized", "a token is needed");
            } else if (silent) {
                answer = problem(503, "busy", "Busy", "too many event streams (at most 16)");
            } else if (path.equals("/v1/events")) {
                stream(exchange);
                return;
            } else {
                answer = answer(exchange, path, query(exchange));
            }
            byte[] body = JSON.writeValueAsBytes(answer.body());
            exchange.getResponseHeaders()
                    .set("Content-Type", answer.status() < 400 ? "application/json" : "application/problem+json");
            send(exchange, answer.status(), body);
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private Answer answer(HttpExchange exchange, String path, Map<String, String> query) throws IOException {
        if (path.startsWith("/v1/routes/")) {
            String route = URLDecoder.decode(path.substring("/v1/routes/".length()), StandardCharsets.UTF_8);
            return routes.contains(route)
                    ? ok(Map.of("route", StubSites.route(route, override(route))))
                    : problem(404, "unknown-route", "Unknown route", "no site is known to have " + route);
        }
        return switch (path) {
            case "/v1/sites" -> ok(list("sites", List.copyOf(sites.values())));
            case "/v1/routes" -> routes(query);
            case "/v1/journal" -> journal(query);
            case "/v1/overrides" -> ok(list("overrides", overrides));
            case "/v1/feed" ->
                ok(Map.of("feed", StubSites.feed(String.valueOf(site("dc1").get("feed")))));
            case "/v1/nodes" -> ok(list("nodes", StubSites.nodes(sites.keySet())));
            case "/v1/gorouters" -> ok(list("gorouters", StubSites.goRouters()));
            case "/v1/explain" -> ok(Map.of("explain", StubSites.explanation(query)));
            case "/v1/drain", "/v1/force" -> order(exchange, path, query);
            case "/v1/guard/release" -> {
                orders.add("release " + query);
                yield ok(Map.of("released", true));
            }
            default -> problem(404, "not-found", "Not found", "nothing at " + path);
        };
    }

    /** Returns what is said of a site. */
    Map<String, Object> site(String name) {
        return sites.getOrDefault(name, Map.of());
    }

    private static Map<String, Object> list(String name, List<?> all) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(name, all);
        body.put("capacity", 256);
        body.put("next", null);
        body.put("total", all.size());
        return body;
    }

    private Answer routes(Map<String, String> query) {
        String host = query.getOrDefault("host", "").toLowerCase(Locale.ROOT);
        String under = query.getOrDefault("path", "");
        if (!host.isEmpty() && host.equals(held)) {
            arrived.countDown();
            await(released);
        }
        Predicate<String> fits = route -> {
            int slash = route.indexOf('/');
            String itsHost = slash < 0 ? route : route.substring(0, slash);
            return itsHost.contains(host) && (slash < 0 ? "" : route.substring(slash)).startsWith(under);
        };
        int limit = Integer.parseInt(query.getOrDefault("limit", "1000"));
        int from = Integer.parseInt(query.getOrDefault("after", "0"));
        List<Map<String, Object>> shown = new ArrayList<>();
        List<String> all = routes;
        int at = from;
        for (; at < all.size() && shown.size() < limit; at++) {
            if (fits.test(all.get(at))) {
                shown.add(StubSites.summary(all.get(at), override(all.get(at)) != null));
            }
        }
        boolean filtered = !host.isEmpty() || !under.isEmpty();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("routes", shown);
        body.put(
                "total",
                filtered ? (at == all.size() && from == 0 ? shown.size() : null) : Integer.valueOf(all.size()));
        body.put("next", at < all.size() ? String.valueOf(at) : null);
        return ok(body);
    }

    private Answer journal(Map<String, String> query) {
        String host = query.getOrDefault("host", "");
        List<Map<String, Object>> shown = journal.stream()
                .filter(each -> String.valueOf(each.get("route")).contains(host))
                .toList();
        Map<String, Object> body = list("changes", shown);
        body.put("total", changes.get());
        return ok(body);
    }

    private @Nullable Map<String, Object> override(@Nullable String route) {
        return overrides.stream()
                .filter(each -> Objects.equals(each.get("route"), route))
                .findFirst()
                .orElse(null);
    }

    private Answer order(HttpExchange exchange, String path, Map<String, String> query) throws IOException {
        boolean dry = "true".equals(query.get("dryRun"));
        if (exchange.getRequestMethod().equals("DELETE")) {
            Map<String, Object> was = override(query.get("route"));
            if (was == null) {
                return problem(404, "not-in-effect", "Not in effect", "nothing is ordered for " + query.get("route"));
            }
            if (!dry) {
                overrides = overrides.stream().filter(each -> each != was).toList();
            }
            return told(dry, "undo " + query.get("route") + " by " + query.get("who"), was, "removed");
        }
        JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
        String route = body.path("route").asString("");
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("kind", path.equals("/v1/force") ? "force-route" : route.isEmpty() ? "drain-site" : "drain-route");
        for (String key : Arrays.asList("route", "site", "who", "why")) {
            if (body.has(key)) {
                order.put(key, body.path(key).asString(""));
            }
        }
        order.put("since", Instant.now().toString());
        order.put("until", Instant.now().plusSeconds(7200).toString());
        if (!dry) {
            overrides = Stream.concat(overrides.stream(), Stream.of(order)).toList();
        }
        String forced = body.path("force").asBoolean(false) ? "forced " : "";
        return told(dry, forced + order.get("kind") + " " + route + " by " + order.get("who"), order, "override");
    }

    private Answer told(boolean dry, String text, Map<String, Object> order, String key) {
        orders.add((dry ? "dry run: " : "") + text);
        if (!dry) {
            return ok(Map.of(key, order));
        }
        Map<String, Object> body = StubSites.dryRun(order, Math.max(1, Math.min(routes.size(), 812)));
        body.put("refused", refused);
        return ok(body);
    }
}
