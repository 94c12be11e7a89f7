package io.grouter.proxy;

import io.grouter.accesslog.AccessEntry;
import io.grouter.gorouter.GoRouter;
import io.grouter.http.Field;
import io.grouter.http.Head;
import io.grouter.steering.Decision;
import io.grouter.steering.Rule;
import io.grouter.tracing.Hop;
import io.grouter.tracing.Span;
import io.grouter.tracing.Tracer;
import org.jspecify.annotations.Nullable;

/** What is noted of one exchange for metrics and the access log. Used on one event loop. */
final class ExchangeRecord {
    private static final int MOST_LOGGED = 4096;

    private final ProxyContext proxy;
    private final long startNanos;
    private final long startMillis;

    private @Nullable Rule rule;
    private Decision.@Nullable Kind decision;
    private @Nullable Refusal refusal;
    private @Nullable Hop hop;
    private @Nullable GoRouter goRouter;
    private @Nullable RelayLane relay;
    private @Nullable String redirectTo;
    private @Nullable String requestId;
    private @Nullable String routerError;
    private int status;
    private int attempts;
    private long bytesIn;
    private long bytesOut;
    private long sentNanos;
    private long answeredNanos;
    private boolean ended;

    ExchangeRecord(ProxyContext proxy, long nowNanos) {
        this.proxy = proxy;
        this.startNanos = nowNanos;
        this.startMillis = System.currentTimeMillis();
    }

    long startMillis() {
        return startMillis;
    }

    @Nullable
    Rule rule() {
        return rule;
    }

    /** Returns what the client is told about the decision; null = nothing, or what another site says of its own. */
    ForwardedHeaders.@Nullable Marks marks() {
        Rule by = rule;
        return by == null || relay != null || !proxy.config().decisionHeaders()
                ? null
                : new ForwardedHeaders.Marks(proxy.fib().get().ownSite().name(), by.reason());
    }

    void decided(Decision by) {
        rule = by.rule();
        decision = by.kind();
        proxy.metrics().decided(by);
    }

    /** Finds the request's place in a trace, if requests are traced at all. */
    void trace(Head request) {
        Tracer tracer = proxy.tracer();
        if (tracer != null) {
            int first = request.first(Field.TRACEPARENT);
            boolean one = first >= 0 && first == ForwardedHeaders.last(request, Field.TRACEPARENT);
            hop = tracer.hop(one ? request.value(Field.TRACEPARENT) : null);
        }
    }

    @Nullable
    Hop hop() {
        return hop;
    }

    void refused(Refusal why) {
        refusal = why;
    }

    void redirected(String location) {
        redirectTo = location;
    }

    void failedAttempt() {
        attempts++;
    }

    void sentTo(GoRouter to) {
        goRouter = to;
        attempts++;
        sentNanos = System.nanoTime();
    }

    void relayedTo(RelayLane to) {
        relay = to;
        attempts++;
        sentNanos = System.nanoTime();
    }

    void received(int bytes) {
        bytesIn += bytes;
    }

    void sent(int bytes) {
        bytesOut += bytes;
    }

    void answered(int code, @Nullable String vcapRequestId, long nowNanos) {
        status = code;
        requestId = vcapRequestId;
        answeredNanos = nowNanos;
        proxy.metrics().answered(code);
    }

    void routerError(@Nullable String text) {
        routerError = text;
    }

    /** GoRouter logs 499 for such. */
    void clientLeft() {
        if (status == 0) {
            status = 499;
        }
    }

    /** Writes it all down, once; the head of the request must still be there. */
    void end(ClientFacts client, Head request, String protocol) {
        if (ended) {
            return;
        }
        ended = true;
        long now = System.nanoTime();
        long total = now - startNanos;
        long upstream = answeredNanos == 0 || sentNanos == 0 ? -1 : answeredNanos - sentNanos;
        long own = sentNanos == 0 ? total : sentNanos - startNanos;
        proxy.metrics().took(total, own, upstream);
        if (proxy.accessLog().enabled()) {
            proxy.accessLog().add(entry(client, request, protocol, total, own, upstream));
        }
        Tracer tracer = proxy.tracer();
        Hop traced = hop;
        if (tracer != null && traced != null && traced.sampled()) {
            tracer.ended(span(traced, request, total));
        }
    }

    private Span span(Hop traced, Head request, long nanos) {
        Target target = Target.of(request);
        String path = target.pathAndQuery();
        int query = path.indexOf('?');
        return new Span(
                traced,
                startMillis,
                nanos,
                request.method(),
                cut(query < 0 ? path : path.substring(0, query)),
                cut(target.host()),
                status,
                decision == null ? null : decision.label(),
                reason(),
                site());
    }

    private @Nullable String reason() {
        return refusal != null ? refusal.reason() : rule == null ? null : rule.reason();
    }

    private String site() {
        RelayLane to = relay;
        return (to != null ? to.site().id() : proxy.fib().get().ownSite()).name();
    }

    private AccessEntry entry(ClientFacts client, Head request, String protocol, long total, long own, long upstream) {
        AccessEntry entry = new AccessEntry();
        boolean readable = request.targetEnd() > request.targetStart();
        entry.startMillis = startMillis;
        entry.host = cut(request.value(Field.HOST));
        entry.method = readable ? cut(request.method()) : null;
        entry.target = readable ? cut(request.target()) : null;
        entry.protocol = protocol;
        entry.status = status;
        entry.bytesIn = bytesIn;
        entry.bytesOut = bytesOut;
        entry.referer = cut(request.value(Field.REFERER));
        entry.userAgent = cut(request.value(Field.USER_AGENT));
        entry.client = client.address() + ":" + client.port();
        RelayLane to = relay;
        entry.upstream = to != null ? to.entry().name() : goRouter == null ? null : goRouter.name();
        entry.xForwardedFor = cut(request.value(Field.X_FORWARDED_FOR));
        entry.xForwardedProto = cut(request.value(Field.X_FORWARDED_PROTO));
        entry.vcapRequestId = cut(requestId);
        entry.totalNanos = total;
        entry.grouterNanos = own;
        entry.upstreamNanos = upstream;
        entry.routerError = cut(routerError);
        entry.attempts = attempts;
        entry.site = site();
        entry.reason = reason();
        entry.redirectTo = cut(redirectTo);
        entry.tlsVersion = client.tls();
        entry.traceparent = cut(request.value(Field.TRACEPARENT));
        return entry;
    }

    /** What waits to be written must not hold more than what is written. */
    private static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= MOST_LOGGED ? text : text.substring(0, MOST_LOGGED);
    }
}
