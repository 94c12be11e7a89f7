package io.grouter.admin;

import io.grouter.report.LimitedLog;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who is let in to the admin API: first by where a browser says the request comes from, then by token or
 * certificate, then by role. Safe for all threads.
 */
final class Doorman {
    private static final Logger log = LoggerFactory.getLogger(Doorman.class);
    private static final String BEARER = "bearer ";
    private static final Map<String, String> CHALLENGE = Map.of("WWW-Authenticate", "Bearer realm=\"grouter\"");
    private static final Map<String, String> WRONG =
            Map.of("WWW-Authenticate", "Bearer realm=\"grouter\", error=\"invalid_token\"");

    private final LimitedLog limited;
    private final FailedLogins failed;
    private final Counter refused;
    private volatile AdminConfig config;
    private volatile Origins origins;

    Doorman(AdminConfig config, LongSupplier clock, PrometheusRegistry metrics) {
        this.config = config;
        this.origins = new Origins(config);
        this.limited = new LimitedLog(log, Duration.ofMinutes(1), clock);
        this.failed = new FailedLogins(clock, metrics);
        this.refused = Counter.builder()
                .name("grouter_admin_refused_total")
                .help("Requests to the admin API that were not let in, by reason")
                .labelNames("reason")
                .withoutExemplars()
                .register(metrics);
    }

    /** Takes over who may come and under which names; the rest of the section must be the same. */
    void use(AdminConfig changed) {
        config = changed;
        origins = new Origins(changed);
    }

    /** Decides about a request that needs a role. */
    Verdict admit(Visit visit, Role needed) {
        if (needed == Role.NONE) {
            return Verdict.admitted(Caller.UNKNOWN);
        }
        Origins.Problem foreign = origins.problem(visit);
        if (foreign != null) {
            limited.warn(source(visit), "refused at the admin API: " + visible(foreign.detail()));
            return refuse(
                    foreign.reason(), Caller.UNKNOWN, foreign.status(), foreign.title(), foreign.detail(), Map.of());
        }
        Verdict known = recognise(visit);
        Caller caller = known.caller();
        if (known.refusal() != null || caller.role().allows(needed)) {
            return known;
        }
        String detail = visit.method() + " " + visit.path() + " needs the role " + needed.word() + ", and "
                + caller.name() + " has " + caller.role().word();
        return refuse("role", caller, 403, "Not allowed", detail, Map.of());
    }

    /** Finds out who asks, whatever it is. */
    private Verdict recognise(Visit visit) {
        AdminConfig now = config;
        if (now.open()) {
            boolean here = visit.from().getAddress().isLoopbackAddress();
            return Verdict.admitted(here ? Caller.LOOPBACK : Caller.ANYBODY);
        }
        String authorization = visit.header("Authorization");
        if (authorization != null) {
            Caller caller = byToken(now, authorization);
            return caller == null ? wrongToken(visit) : Verdict.admitted(caller);
        }
        Caller caller = byCertificate(now, visit);
        return caller == null
                ? refuse("no-credentials", Caller.UNKNOWN, 401, "Who are you", asked(now, visit), CHALLENGE)
                : Verdict.admitted(caller);
    }

    private static @Nullable Caller byToken(AdminConfig now, String authorization) {
        String text = authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                ? authorization.substring(BEARER.length()).trim()
                : "";
        if (!Token.isToken(text)) {
            return null;
        }
        Token token = new Token(text);
        Caller found = null;
        for (AdminTokenConfig each : now.tokens()) {
            if (token.hashesTo(each.hash())) { // all of them are compared, so that the time tells nothing
                found = new Caller(each.name(), Caller.By.TOKEN, Role.granted(each.role()));
            }
        }
        return found;
    }

    /** Of several names of a certificate, the one that may do most counts. */
    private static @Nullable Caller byCertificate(AdminConfig now, Visit visit) {
        Caller best = null;
        for (AdminClientConfig each : now.tls().clients()) {
            Role role = Role.granted(each.role());
            if (visit.certificateNames().contains(each.name())
                    && (best == null || !best.role().allows(role))) {
                best = new Caller(each.name(), Caller.By.CERTIFICATE, role);
            }
        }
        return best;
    }

    private static String asked(AdminConfig now, Visit visit) {
        String token = "a header \"Authorization: Bearer TOKEN\" with a token of admin.tokens";
        String certificate = "a client certificate with a name of admin.tls.clients";
        if (!visit.certificateNames().isEmpty()) {
            return "none of the names in the client's certificate is in admin.tls.clients";
        } else if (now.tls().clients().isEmpty()) {
            return token + " is needed";
        }
        return now.tokens().isEmpty() ? certificate + " is needed" : token + ", or " + certificate + ", is needed";
    }

    /** A right token is never turned away: it cannot be guessed, and others may share the address. */
    private Verdict wrongToken(Visit visit) {
        limited.warn(source(visit), "came to the admin API with a wrong token");
        long wait = failed.failed(visit.from().getAddress());
        if (wait > 0) {
            return refuse(
                    "rate",
                    Caller.UNKNOWN,
                    429,
                    "Too many wrong tokens",
                    "more than " + FailedLogins.ALLOWED + " wrong tokens from this address within a minute",
                    Map.of("Retry-After", Long.toString(wait)));
        }
        return refuse(
                "token",
                Caller.UNKNOWN,
                401,
                "Wrong token",
                "the header Authorization has no token of admin.tokens (expected: \"Bearer \" and what grouter token printed)",
                WRONG);
    }

    private Verdict refuse(
            String reason, Caller caller, int status, String title, String detail, Map<String, String> headers) {
        refused.labelValues(reason).inc();
        return Verdict.refused(caller, status, title, detail, headers);
    }

    private static String source(Visit visit) {
        return visit.from().getAddress().getHostAddress();
    }

    /** Returns a text from outside as one line that does nothing to a terminal. */
    private static String visible(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
