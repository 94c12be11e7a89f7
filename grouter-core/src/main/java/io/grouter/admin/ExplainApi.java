package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.route.SessionHint;
import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.Explanation;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Steering;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** What would happen to a request or a DNS query, and why. Safe for all threads. */
final class ExplainApi {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_*-][A-Za-z0-9._*-]{0,252}");

    private final Tables tables;
    private final Supplier<OwnSite> ownSite;
    private final Steering steering;
    private final NodeFacts facts;

    ExplainApi(AdminSources sources) {
        this.tables = new Tables(sources.rib());
        this.ownSite = sources.ownSite();
        this.steering = sources.steering();
        this.facts = sources.facts();
    }

    List<Operation> operations() {
        List<String> parameters =
                List.of("url", "name", "type", "client", "method", "session", "credentials", "relayed");
        return List.of(Operation.get("/v1/explain", parameters, this::explain));
    }

    private AdminApi.Answer explain(Call call) {
        Query query = call.query();
        String url = query.text("url");
        String name = query.text("name");
        if ((url == null) == (name == null)) {
            throw new Query.Refused("url: is missing, or name is there as well (expected: "
                    + "/v1/explain?url=http://host/path or /v1/explain?name=host&type=A)");
        }
        return url != null ? http(url, query) : dns(String.valueOf(name), query);
    }

    private AdminApi.Answer dns(String name, Query query) {
        for (String other : List.of("method", "session", "credentials", "relayed")) {
            if (query.text(other) != null) {
                throw new Query.Refused(other + ": goes with url only (allowed with name: type, client)");
            }
        }
        if (!NAME.matcher(name).matches()) {
            throw new Query.Refused("name: \"" + name + "\" (expected: a host name)");
        }
        String type = query.word("type", List.of("A", "AAAA"));
        Map<String, Object> explained = facts.explainDns(name.toLowerCase(Locale.ROOT), type == null ? "A" : type);
        if (explained == null) {
            return AdminApi.Answer.problem(503, "Unavailable", "this node does not answer DNS (dns.enabled)");
        }
        Map<String, Object> body = new LinkedHashMap<>(explained);
        body.put("client", query.text("client", "127.0.0.1"));
        return AdminApi.Answer.json(200, Map.of("explain", body));
    }

    private AdminApi.Answer http(String text, Query query) {
        if (query.text("type") != null) {
            throw new Query.Refused(
                    "type: goes with name only (allowed with url: client, method, session, " + "credentials, relayed)");
        }
        URI url;
        try {
            url = new URI(text.contains("://") ? text : "http://" + text);
        } catch (URISyntaxException e) {
            throw new Query.Refused("url: " + e.getMessage());
        }
        boolean https = "https".equalsIgnoreCase(url.getScheme());
        String authority = url.getRawAuthority();
        if (authority == null || (!https && !"http".equalsIgnoreCase(url.getScheme()))) {
            throw new Query.Refused("url: \"" + text + "\" (expected: http:// or https:// and a host)");
        }
        int colon = authority.startsWith("[") ? authority.indexOf(':', authority.indexOf(']')) : authority.indexOf(':');
        String host = colon < 0 ? authority : authority.substring(0, colon);
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String method = query.text("method", "GET");
        String session = query.text("session", "");
        boolean redirectable =
                (method.equals("GET") || method.equals("HEAD")) && session.isEmpty() && !query.flag("credentials");
        RequestFacts asked = new RequestFacts(
                https,
                host,
                path,
                query.text("client", "127.0.0.1"),
                query.flag("relayed") ? RequestFacts.Arrival.SITE : RequestFacts.Arrival.CLIENT,
                redirectable,
                session.isEmpty() ? 0 : SessionHint.of(session));
        Fib fib = tables.fib();
        Explanation explanation = steering.explain(fib, ownSite.get(), asked);
        return AdminApi.Answer.json(200, Map.of("explain", describe(fib, text, explanation, url, https)));
    }

    private static Map<String, Object> describe(Fib fib, String text, Explanation explanation, URI url, boolean https) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("url", text);
        Decision decision = explanation.decision();
        body.put("decision", Decisions.kind(decision));
        body.put("reason", decision.rule().reason());
        SiteId site = Decisions.site(decision, fib.ownSite());
        if (site != null) {
            body.put("site", site.name());
        }
        if (decision instanceof Decision.Redirect redirect) {
            String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
            String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
            body.put("location", (https ? "https://" : "http://") + redirect.authority() + path + query);
        } else if (decision instanceof Decision.Refuse refuse) {
            body.put("status", refuse.status());
            body.put("text", refuse.text());
        } else if (decision instanceof Decision.Forward forward) {
            body.put("host", forward.host());
        }
        RouteEntry route = explanation.route();
        body.put("route", route == null ? null : route.uri().toString());
        body.put("steps", explanation.steps());
        body.put("rules", explanation.rules().stream().map(ExplainApi::describe).toList());
        body.put("snapshot", fib.version());
        return body;
    }

    private static Map<String, Object> describe(Explanation.Considered considered) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("rule", considered.rule());
        body.put("decided", considered.decided());
        Decision decision = considered.decision();
        body.put("says", decision == null ? null : Decisions.kind(decision));
        if (decision instanceof Decision.Redirect redirect) {
            body.put("site", redirect.site().name());
        } else if (decision instanceof Decision.Relay relay) {
            body.put("site", relay.site().name());
        }
        return body;
    }
}
