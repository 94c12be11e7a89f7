package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.gorouter.GoRouter;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.rib.Rib;
import io.grouter.rib.RibThread;
import io.grouter.route.Freshness;
import io.grouter.route.RouteUri;
import io.grouter.route.SessionHint;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.Decision;
import io.grouter.steering.Explanation;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Steering;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the admin API answers. Reads snapshots; the one question it asks the tables themselves (endpoints of a route)
 * waits at most a second. Safe for all threads.
 */
public final class AdminApi {
    private static final String JSON = "application/json";
    private static final String RELEASE = "/v1/guard/release";
    private static final String RELOAD = "/v1/reload";
    private static final String SITES = "/v1/sites/";
    private static final String FORGET = "/forget";
    private static final int DEFAULT_LIMIT = 1000;
    private static final int MAX_LIMIT = 10_000;

    private final SiteConfig site;
    private final RibThread rib;
    private final JournalView journal;
    private final Supplier<OwnSite> ownSite;
    private final Supplier<SiteInfo> info;
    private final Steering steering;
    private final GoRouterPool goRouters;
    private final NodeControl control;
    private final OverridesApi overrides;
    private final PrometheusRegistry metrics;
    private final LongSupplier clock;
    private volatile boolean serving;

    /** Makes the API of one node. */
    public AdminApi(AdminSources sources) {
        this.site = sources.site();
        this.rib = sources.rib();
        this.journal = new JournalView(sources.journal(), site.name().name());
        this.ownSite = sources.ownSite();
        this.info = sources.info();
        this.steering = sources.steering();
        this.goRouters = sources.goRouters();
        this.control = sources.control();
        this.overrides = new OverridesApi(sources);
        this.metrics = sources.metrics();
        this.clock = sources.clock();
    }

    /**
     * One answer.
     *
     * @param status HTTP status
     * @param contentType content type
     * @param body text, or something to write as JSON
     */
    public record Answer(int status, String contentType, Object body) {
        /** Returns a problem document (RFC 9457). */
        static Answer problem(int status, String title, String detail) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("type", "about:blank");
            body.put("title", title);
            body.put("status", status);
            body.put("detail", detail);
            return new Answer(status, "application/problem+json", body);
        }

        static Answer json(int status, Object body) {
            return new Answer(status, JSON, body);
        }
    }

    /** Says whether the node takes requests; {@code /ready} depends on it. */
    public void serving(boolean now) {
        serving = now;
    }

    /** Returns the methods allowed for a path, as in the header {@code Allow}. */
    public String allowed(String path) {
        String ofOverrides = OverridesApi.allowed(path);
        if (ofOverrides != null) {
            return ofOverrides;
        }
        return path.equals(RELEASE) || path.equals(RELOAD) || forgotten(path) != null ? "POST" : "GET, HEAD";
    }

    /** Answers one request that has no body; path and query still escaped. */
    public Answer answer(String method, String path, @Nullable String query) {
        return answer(method, path, query, new byte[0]);
    }

    /** Answers one request; path and query still escaped. */
    public Answer answer(String method, String path, @Nullable String query, byte[] content) {
        String ofOverrides = OverridesApi.allowed(path);
        if (ofOverrides != null) {
            return Arrays.asList(ofOverrides.split(", ", -1)).contains(method)
                    ? override(method, path, query, content)
                    : notAllowed(method, ofOverrides);
        }
        if (!allowed(path).equals("GET, HEAD")) {
            return method.equals("POST") ? act(path, query) : notAllowed(method, allowed(path));
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return notAllowed(method, allowed(path));
        }
        Map<String, String> parameters;
        try {
            parameters = parse(query);
        } catch (IllegalArgumentException e) {
            return Answer.problem(400, "Bad query", String.valueOf(e.getMessage()));
        }
        if (path.startsWith("/v1/routes/")) {
            return route(decode(path.substring("/v1/routes/".length()).replace("+", "%2B")));
        }
        return switch (path) {
            case "/health" -> new Answer(200, "text/plain; charset=utf-8", "ok\n");
            case "/ready" -> ready();
            case "/metrics" -> new Answer(200, PrometheusTextFormatWriter.CONTENT_TYPE, metricsText());
            case "/v1/routes" -> routes(parameters);
            case "/v1/sites" -> sites();
            case "/v1/threads" -> new Answer(200, "text/plain; charset=utf-8", ThreadDump.text());
            case "/v1/journal" -> journal(parameters);
            case "/v1/config" -> Answer.json(200, control.config());
            case "/v1/explain" -> explain(parameters);
            default ->
                Answer.problem(
                        404,
                        "Not found",
                        "nothing at " + path + " (there are: /health, /ready, /metrics, /v1/routes, "
                                + "/v1/routes/{host/path}, /v1/sites, /v1/journal, /v1/overrides, /v1/drain, /v1/config, /v1/explain?url=..., and POST "
                                + "/v1/drain, /v1/force, "
                                + RELEASE
                                + ", "
                                + RELOAD
                                + ", /v1/sites/{site}/forget)");
        };
    }

    private Answer override(String method, String path, @Nullable String query, byte[] content) {
        try {
            return overrides.answer(method, path, parse(query), content);
        } catch (IllegalArgumentException e) {
            return Answer.problem(400, "Bad request", String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String forgotten(String path) {
        boolean matches =
                path.startsWith(SITES) && path.endsWith(FORGET) && path.length() > SITES.length() + FORGET.length();
        return matches ? path.substring(SITES.length(), path.length() - FORGET.length()) : null;
    }

    private Answer act(String path, @Nullable String query) {
        try {
            String forget = forgotten(path);
            if (path.equals(RELOAD)) {
                return reload();
            }
            if (forget != null) {
                return forget(new SiteId(decode(forget)));
            }
            String named = parse(query).get("site");
            return releaseGuard(named == null ? site.name() : new SiteId(named));
        } catch (IllegalArgumentException e) {
            return Answer.problem(400, "Bad request", String.valueOf(e.getMessage()));
        }
    }

    private Answer reload() {
        NodeControl.Reload result = control.reload();
        return result.problems().isEmpty()
                ? Answer.json(200, Map.of("reloaded", true, "needsRestart", result.needsRestart()))
                : Answer.problem(422, "Not used", String.join("; ", result.problems()));
    }

    private Answer forget(SiteId forgotten) {
        if (control.trusts(forgotten)) {
            return Answer.problem(
                    409,
                    "Still configured",
                    "site " + forgotten
                            + " is listened to, so it would be learned again; take it out of gossip.sites first");
        }
        Object known = answerOf(control.forget(forgotten));
        if (known instanceof Answer busy) {
            return busy;
        }
        return Boolean.TRUE.equals(known)
                ? Answer.json(200, Map.of("forgotten", forgotten.name()))
                : Answer.problem(404, "Not known", "nothing is known of site " + forgotten);
    }

    private static Answer notAllowed(String method, String allowed) {
        return Answer.problem(405, "Method not allowed", method + " is not allowed here (allowed: " + allowed + ")");
    }

    private Answer ready() {
        int healthy = goRouters.healthy();
        boolean ready = serving && healthy > 0;
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("ready", ready);
        body.put("serving", serving);
        body.put("healthyGoRouters", healthy);
        body.put("feed", rib.fib().feed());
        return Answer.json(ready ? 200 : 503, body);
    }

    private String metricsText() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, metrics.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    // ---- routes

    private Answer routes(Map<String, String> parameters) {
        int limit = (int) number(parameters, "limit", DEFAULT_LIMIT, MAX_LIMIT);
        if (limit < 1) {
            return badNumber(parameters, "limit", MAX_LIMIT);
        }
        String after = parameters.get("after");
        String host = parameters.getOrDefault("host", "").toLowerCase(Locale.ROOT);
        String from = parameters.get("site");
        Fib fib = rib.fib();
        List<RouteEntry> page = fib.list(
                after == null ? null : RouteUri.parse(after),
                limit + 1,
                route -> route.uri().host().contains(host) && (from == null || isFrom(route, from)));
        boolean more = page.size() > limit;
        List<RouteEntry> shown = more ? page.subList(0, limit) : page;
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("routes", shown.stream().map(route -> summary(fib, route)).toList());
        body.put("total", fib.size());
        body.put("next", more ? shown.get(shown.size() - 1).uri().toString() : null);
        return Answer.json(200, body);
    }

    /** Returns a number from 1 on, or -1 when it is none or too large. */
    private static long number(Map<String, String> parameters, String name, long otherwise, long most) {
        String text = parameters.get(name);
        try {
            long value = text == null ? otherwise : Long.parseLong(text);
            return value < 1 || value > most ? -1 : value;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Answer badNumber(Map<String, String> parameters, String name, long most) {
        return Answer.problem(
                400,
                "Bad query",
                name + ": \"" + parameters.get(name) + "\" (expected: a number from 1 to " + most + ")");
    }

    private boolean isFrom(RouteEntry route, String wanted) {
        return (route.local() && site.name().name().equals(wanted))
                || route.learned().stream()
                        .anyMatch(offer -> offer.site().name().equals(wanted));
    }

    private Map<String, Object> summary(Fib fib, RouteEntry route) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("route", route.uri().toString());
        body.put("local", route.local());
        body.put("app", route.appId());
        body.put("knownEmpty", route.knownEmpty());
        List<Map<String, Object>> offers = new ArrayList<>();
        if (route.local()) {
            offers.add(offer(site.name(), route.localInstances(), "LOCAL"));
        }
        for (LearnedOffer offer : route.learned()) {
            SiteView view = fib.site(offer.site());
            Freshness freshness = view == null ? Freshness.GONE : view.freshness();
            offers.add(offer(offer.site(), offer.offer().instances(), freshness.name()));
        }
        body.put("sites", offers);
        return body;
    }

    private static Map<String, Object> offer(SiteId site, int instances, String freshness) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("site", site.name());
        body.put("instances", instances);
        body.put("freshness", freshness);
        return body;
    }

    private Answer route(String name) {
        Fib fib = rib.fib();
        RouteUri uri = RouteUri.parse(name);
        RouteEntry route = fib.get(uri);
        if (route == null) {
            return Answer.problem(404, "Unknown route", "no site is known to have " + uri);
        }
        Map<String, Object> body = summary(fib, route);
        Object endpoints = ask(tables -> tables.endpoints(uri));
        if (endpoints instanceof Answer busy) {
            return busy;
        }
        body.put("endpoints", endpoints);
        return Answer.json(200, Map.of("route", body));
    }

    // ---- journal and guard

    private Answer journal(Map<String, String> parameters) {
        int limit = (int) number(parameters, "limit", DEFAULT_LIMIT, MAX_LIMIT);
        if (limit < 1) {
            return badNumber(parameters, "limit", MAX_LIMIT);
        }
        long before = number(parameters, "before", Long.MAX_VALUE, Long.MAX_VALUE);
        if (before < 1 && !"0".equals(parameters.get("before"))) {
            return badNumber(parameters, "before", Long.MAX_VALUE);
        }
        String host = parameters.getOrDefault("host", "").toLowerCase(Locale.ROOT);
        return Answer.json(200, journal.page(Math.max(0, before), limit, host));
    }

    private Answer releaseGuard(SiteId of) {
        Object released = ask(tables -> of.equals(site.name()) ? tables.releaseGuard() : tables.releaseGuard(of));
        if (released instanceof Answer busy) {
            return busy;
        }
        return Boolean.TRUE.equals(released)
                ? Answer.json(200, Map.of("released", true))
                : Answer.problem(409, "Nothing to release", "the guard does not hold anything back");
    }

    /** Returns what the tables answer, or a problem. */
    private Object ask(Function<Rib, Object> question) {
        return answerOf(rib.ask(question));
    }

    private static Object answerOf(CompletableFuture<?> answer) {
        try {
            return answer.get(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.problem(503, "Stopping", "this node is going away");
        } catch (ExecutionException | TimeoutException e) {
            return Answer.problem(503, "Busy", "the tables did not answer within a second");
        }
    }

    // ---- sites

    private Answer sites() {
        Fib fib = rib.fib();
        List<Map<String, Object>> all = new ArrayList<>();
        Map<String, Object> own = new LinkedHashMap<>();
        own.put("site", site.name().name());
        own.put("own", true);
        own.put("routes", fib.localRoutes());
        own.put("feed", fib.feed());
        own.put("complete", fib.complete());
        own.put("guardedEndpoints", rib.guarded());
        own.put("info", info.get());
        own.put(
                "goRouters",
                goRouters.members().stream().map(AdminApi::describe).toList());
        all.add(own);
        long now = clock.getAsLong();
        for (SiteView view : fib.sites()) {
            SiteInfo info = view.info();
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("site", view.site().name());
            body.put("own", false);
            body.put("freshness", view.freshness());
            body.put("fit", view.fit());
            body.put("routes", view.routes());
            body.put("announcedRoutes", view.announcedRoutes());
            body.put("converged", view.converged());
            body.put("incarnation", view.incarnation());
            body.put("sequence", view.sequence());
            SiteView.Lag lag = view.lag();
            body.put("announcedSequence", lag.announcedSequence());
            body.put("sequenceGap", Math.max(0, lag.announcedSequence() - view.sequence()));
            body.put("heardSecondsAgo", info == null ? null : (now - view.heardNanos()) / 1e9);
            body.put("equalSecondsAgo", lag.equalNanos() == 0 ? null : (now - lag.equalNanos()) / 1e9);
            body.put("inStateForSeconds", lag.sinceNanos() == 0 ? null : (now - lag.sinceNanos()) / 1e9);
            body.put("heardThrough", lag.via() == null ? null : lag.via().name());
            body.put("heldWithdrawals", lag.heldWithdrawals());
            body.put("conflict", lag.conflict());
            body.put("configured", control.trusts(view.site()));
            body.put("info", info);
            all.add(body);
        }
        return Answer.json(200, Map.of("sites", all));
    }

    private static Map<String, Object> describe(GoRouter member) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("address", member.name());
        body.put("health", member.health());
        body.put("inFlight", member.inFlight());
        return body;
    }

    // ---- explain

    private Answer explain(Map<String, String> parameters) {
        String text = parameters.get("url");
        if (text == null) {
            return Answer.problem(400, "Bad query", "url is missing (expected: /v1/explain?url=http://host/path)");
        }
        URI url;
        try {
            url = new URI(text.contains("://") ? text : "http://" + text);
        } catch (URISyntaxException e) {
            return Answer.problem(400, "Bad query", "url: " + e.getMessage());
        }
        boolean https = "https".equalsIgnoreCase(url.getScheme());
        String authority = url.getRawAuthority();
        if (authority == null || (!https && !"http".equalsIgnoreCase(url.getScheme()))) {
            return Answer.problem(400, "Bad query", "url: \"" + text + "\" (expected: http:// or https:// and a host)");
        }
        int colon = authority.startsWith("[") ? authority.indexOf(':', authority.indexOf(']')) : authority.indexOf(':');
        String host = colon < 0 ? authority : authority.substring(0, colon);
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String client = parameters.getOrDefault("client", "127.0.0.1");
        String method = parameters.getOrDefault("method", "GET");
        String session = parameters.getOrDefault("session", "");
        boolean redirectable = (method.equals("GET") || method.equals("HEAD"))
                && session.isEmpty()
                && !"true".equals(parameters.get("credentials"));
        RequestFacts facts = new RequestFacts(
                https,
                host,
                path,
                client,
                "true".equals(parameters.get("relayed")) ? RequestFacts.Arrival.SITE : RequestFacts.Arrival.CLIENT,
                redirectable,
                session.isEmpty() ? 0 : SessionHint.of(session));
        Fib fib = rib.fib();
        Explanation explanation = steering.explain(fib, ownSite.get(), facts);
        return Answer.json(200, Map.of("explain", describe(fib, text, explanation, url, https)));
    }

    private static Map<String, Object> describe(Fib fib, String text, Explanation explanation, URI url, boolean https) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("url", text);
        Decision decision = explanation.decision();
        body.put("decision", kind(decision));
        body.put("reason", decision.rule().reason());
        if (decision instanceof Decision.Redirect redirect) {
            String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
            String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
            body.put("site", redirect.site().name());
            body.put("location", (https ? "https://" : "http://") + redirect.authority() + path + query);
        } else if (decision instanceof Decision.Relay relay) {
            body.put("site", relay.site().name());
        } else if (decision instanceof Decision.Refuse refuse) {
            body.put("status", refuse.status());
            body.put("text", refuse.text());
        } else if (decision instanceof Decision.Forward forward) {
            body.put("site", fib.ownSite().name());
            body.put("host", forward.host());
        }
        RouteEntry route = explanation.route();
        body.put("route", route == null ? null : route.uri().toString());
        body.put("steps", explanation.steps());
        body.put("rules", explanation.rules().stream().map(AdminApi::describe).toList());
        body.put("snapshot", fib.version());
        return body;
    }

    private static Map<String, Object> describe(Explanation.Considered considered) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("rule", considered.rule());
        body.put("decided", considered.decided());
        Decision decision = considered.decision();
        body.put("says", decision == null ? null : kind(decision));
        if (decision instanceof Decision.Redirect redirect) {
            body.put("site", redirect.site().name());
        } else if (decision instanceof Decision.Relay relay) {
            body.put("site", relay.site().name());
        }
        return body;
    }

    private static String kind(Decision decision) {
        return decision.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    // ---- queries

    private static Map<String, String> parse(@Nullable String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (query == null || query.isEmpty()) {
            return parameters;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            parameters.put(name, equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // a lone % can stand in a route's name
        }
    }
}
