package io.grouter.proxy;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.gorouter.GoRouter;
import io.grouter.http.Field;
import io.grouter.http.Head;
import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.RequestFacts.Arrival;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, whatever protocol each side speaks: decides where the request goes, finds a GoRouter
 * or an entry of another site that takes it, hands bytes on both ways no faster than the other side takes them, and knows what may be tried again. Runs
 * on the event loop of the client's connection.
 */
final class Exchange implements WaitingRoom.Waiter {
    private final ProxyContext proxy;
    private final Downstream client;
    private final Head request;
    private ClientFacts facts;
    private final ExchangeRecord record;
    private final long startNanos;

    private @Nullable RequestEdits edits;
    private @Nullable Upstream upstream;
    private @Nullable GoRouter goRouter;
    /** GoRouters that took no connection for this request. */
    private @Nullable BitSet tried;
    /** The way to another site, for a request that is relayed. */
    private @Nullable RelayAttempts relay;

    private @Nullable SiteId relayTo;

    /** What the rules were asked, once they were. */
    private @Nullable RequestFacts asked;
    /** What becomes of a request that cannot be served where it was sent first; made when it matters. */
    private @Nullable SecondChance chance;

    /** Room at a GoRouter that was just found. */
    private @Nullable GoRouter room;
    /** Until when it may wait for room, once it {@link #waited}. */
    private long waitUntilNanos;

    private boolean waited;
    private boolean http2;
    /** Whether it has been sent somewhere else already; there is no third chance. */
    private boolean detoured;
    /** Whether the body is sent again after the head, although the request is done. */
    private boolean repeating;

    private boolean requestDone;
    private boolean bodySent;
    private boolean interimSeen;
    private boolean answerStarted;
    private boolean over;
    private boolean connecting;
    private boolean waiting;
    private boolean halfClosed;
    private boolean leftDying;
    private boolean clientBlocked;
    private boolean upstreamBlocked;

    /**
     * Begins.
     *
     * @param request the client's head; must not change before the exchange is over
     * @param withoutBody whether the request ends with its head
     * @param nowNanos monotonic time at which the head was complete
     */
    Exchange(
            ProxyContext proxy,
            Downstream client,
            Head request,
            ClientFacts facts,
            boolean withoutBody,
            long nowNanos) {
        this.proxy = proxy;
        this.client = client;
        this.request = request;
        this.facts = facts;
        this.requestDone = withoutBody;
        this.startNanos = nowNanos;
        this.record = new ExchangeRecord(proxy, nowNanos);
    }

    /** Returns who the client is, by the word of the other site where one relayed the request. */
    ClientFacts facts() {
        return facts;
    }

    Head request() {
        return request;
    }

    boolean requestDone() {
        return requestDone;
    }

    /** Returns whether nothing follows the head when it is sent. */
    boolean endsWithHead() {
        return requestDone && !repeating;
    }

    /** Returns whether there is somebody to send the request to. */
    boolean isSending() {
        return upstream != null;
    }

    boolean answerStarted() {
        return answerStarted;
    }

    boolean isHead() {
        return request.methodIs("HEAD");
    }

    boolean asksForUpgrade() {
        RequestEdits now = edits;
        return now != null && now.upgrade();
    }

    ExchangeRecord record() {
        return record;
    }

    // ---- the decision

    /** Decides and acts. */
    void start() {
        if (request.methodIs("CONNECT")) {
            refuse(Refusal.METHOD);
            return;
        }
        Target target = Target.of(request);
        Refusal problem = target.problem();
        if (problem != null) {
            refuse(problem);
            return;
        }
        Fib fib = proxy.fib().get();
        String from = facts.site();
        if (from != null) {
            facts = facts.ofRelayed(request);
            proxy.relayMetrics().incoming(from);
            if (CdnLoop.names(request, CdnLoop.nameOf(fib.ownSite().name()))) {
                refuse(Refusal.LOOP);
                return;
            }
        }
        boolean https = facts.https() && from == null;
        boolean secure = https || (facts.trusted() && ForwardedHeaders.cameOverTls(request));
        RequestFacts question = factsFor(target, secure);
        asked = question;
        record.trace(request);
        OwnSite own = proxy.ownSite().get();
        if (!own.overrides().isEmpty() && from == null) {
            RouteEntry route = fib.lookup(question.host(), question.path());
            own.overrides().arrived(route == null ? null : route.uri(), startNanos);
        }
        act(proxy.decider().decide(fib, own, question), question, target);
    }

    private void act(Decision decision, RequestFacts question, Target target) {
        record.decided(decision);
        SiteId ownSite = proxy.fib().get().ownSite();
        String reason = decision.rule().reason();
        if (decision instanceof Decision.Forward forward) {
            forward(target, forward.host());
        } else if (decision instanceof Decision.Redirect redirect) {
            String path = target.pathAndQuery().startsWith("/") ? target.pathAndQuery() : "/";
            String location = (question.https() ? "https://" : "http://") + redirect.authority() + path;
            record.redirected(location);
            own(OwnAnswer.redirect(location, ownSite.name(), reason));
        } else if (decision instanceof Decision.Refuse refusal) {
            own(OwnAnswer.refusal(refusal.status(), refusal.text(), ownSite.name(), reason));
        } else if (question.arrival() == Arrival.SITE) {
            refuse(Refusal.LOOP); // what was relayed is never relayed again
        } else {
            relay((Decision.Relay) decision, target, ownSite);
        }
    }

    private void forward(Target target, @Nullable String host) {
        edits = edits(target, host, host != null, null);
        http2 = proxy.upstreams().speaksHttp2() && client.isGrpc(request);
        findGoRouter();
    }

    private RequestFacts factsFor(Target target, boolean secure) {
        Arrival arrival =
                facts.site() != null ? Arrival.SITE : CdnLoop.namesGrouter(request) ? Arrival.AGAIN : Arrival.CLIENT;
        int session = SessionCookie.hint(request.value(Field.COOKIE));
        return new RequestFacts(
                secure, target.host(), target.path(), facts.address(), arrival, Redirectable.is(request), session);
    }

    /**
     * Returns what is changed of the request.
     *
     * @param host the host to ask for instead, or null
     * @param origin whether an absolute target becomes one that begins with its path
     * @param loop what is added to CDN-Loop, or null
     */
    private RequestEdits edits(Target target, @Nullable String host, boolean origin, @Nullable String loop) {
        boolean absolute = request.bytes()[request.targetStart()] != '/';
        return new RequestEdits(
                facts,
                target.authority(),
                host,
                host != null || isAnotherHost(target.authority()),
                origin && absolute ? target.pathAndQuery() : null,
                ForwardedHeaders.asksForUpgrade(request),
                record.startMillis(),
                loop,
                record.hop());
    }

    /** The authority of an absolute target replaces the Host header (RFC 9112 section 3.2.2). */
    private boolean isAnotherHost(String authority) {
        return request.bytes()[request.targetStart()] != '/'
                && request.has(Field.HOST)
                && !authority.equals(request.value(Field.HOST));
    }

    /** Refuses the request; it is over. */
    void refuse(Refusal refusal) {
        proxy.metrics().refused(refusal);
        record.refused(refusal);
        if (refusal == Refusal.NO_GOROUTER || refusal == Refusal.GOROUTER_FAILED) {
            proxy.meter().failed();
        }
        own(OwnAnswer.refusal(refusal, proxy.fib().get().ownSite().name()));
    }

    private void own(OwnAnswer answer) {
        end();
        answerStarted = true;
        record.answered(answer.status(), "", 0);
        record.sent(answer.body().length);
        client.own(answer);
    }

    // ---- second chances

    private SecondChance chance() {
        SecondChance now = chance;
        if (now == null) {
            RequestFacts question = asked;
            if (question == null) {
                throw new IllegalStateException("not decided");
            }
            now = new SecondChance(proxy, question);
            chance = now;
        }
        return now;
    }

    private boolean mayDetour() {
        return !detoured && asked != null && !answerStarted && chance().canRepeat();
    }

    /** No GoRouter could be asked, or what it did with the request does no harm: another site may have the app. */
    private void refuseUnlessElsewhere(Refusal otherwise) {
        Decision elsewhere = mayDetour() ? chance().elsewhere(null) : null;
        if (elsewhere == null) {
            refuse(otherwise);
        } else {
            detour(elsewhere);
        }
    }

    private void detour(@Nullable Decision elsewhere) {
        RequestFacts question = asked;
        if (elsewhere == null || question == null) {
            throw new IllegalStateException("nowhere to go");
        }
        detoured = true;
        upstreamBlocked = false;
        goRouter = null;
        relay = null;
        tried = null;
        act(elsewhere, question, Target.of(request));
    }

    private boolean isPassingOver() {
        SecondChance now = chance;
        return now != null && now.taken();
    }

    private void end() {
        over = true;
        SecondChance now = chance;
        if (now != null) {
            now.end();
        }
    }

    // ---- a GoRouter

    private void findGoRouter() {
        GoRouter found = proxy.goRouters().take(tried);
        if (found != null) {
            use(found);
        } else if (proxy.goRouters().hasMore(tried)) {
            waitForRoom();
        } else {
            refuseUnlessElsewhere(Refusal.NO_GOROUTER);
        }
    }

    /** Waits, however often, no longer in all than one may. */
    private void waitForRoom() {
        long now = System.nanoTime();
        if (!waited) {
            waited = true;
            waitUntilNanos = now + proxy.config().queueTimeout().toNanos();
        }
        long left = waitUntilNanos - now;
        if (left <= 0 || !proxy.queue().add(this, client.loop())) {
            refuse(Refusal.OVERLOADED);
            return;
        }
        waiting = true;
        client.expectWithin(left);
        proxy.queue().next(client.loop());
    }

    private void use(GoRouter found) {
        connecting = true;
        client.expectWithin(2 * proxy.config().connectTimeout().toNanos());
        if (http2) {
            proxy.upstreams().http2(client.loop(), found, facts, (made, failure) -> connected(found, made, failure));
            return;
        }
        UpstreamConnection idle = proxy.upstreams().takeIdle(client.loop(), found);
        if (idle != null) {
            connected(found, idle, null);
        } else {
            proxy.upstreams().connect(client.loop(), found, facts, (made, failure) -> connected(found, made, failure));
        }
    }

    @Override
    public boolean takeRoom() {
        room = proxy.goRouters().take(tried);
        return room != null;
    }

    @Override
    public boolean takesAny() {
        return tried == null;
    }

    @Override
    public void proceed() {
        GoRouter found = room;
        room = null;
        waiting = false;
        if (found != null) {
            use(found);
        }
    }

    private void connected(GoRouter to, @Nullable Upstream made, @Nullable Throwable failure) {
        connecting = false;
        boolean gone = over || !client.isActive();
        if (made == null) {
            to.end();
            proxy.goRouters().connectFailed(to, String.valueOf(failure), failure instanceof ConnectTimeoutException);
            proxy.queue().roomAt(client.loop());
            if (!gone) {
                markTried(to.index());
                record.failedAttempt();
                retry(Refusal.NO_GOROUTER);
            }
        } else if (gone) {
            made.release();
        } else {
            goRouter = to;
            record.sentTo(to);
            send(made);
        }
    }

    private void markTried(int index) {
        BitSet marks = tried == null ? new BitSet() : tried;
        marks.set(index);
        tried = marks;
    }

    private void retry(Refusal otherwise) {
        if (proxy.goRouters().hasMore(tried) && proxy.retries().take(System.nanoTime())) {
            proxy.metrics().retries.inc();
            findGoRouter();
        } else {
            refuseUnlessElsewhere(otherwise);
        }
    }

    private void send(Upstream to) {
        RequestEdits how = edits;
        if (how == null) {
            throw new IllegalStateException("not decided");
        }
        upstream = to;
        ByteBuf again = chance == null ? null : chance.sent();
        repeating = again != null;
        to.begin(this, how);
        if (again != null) {
            to.data(again);
        }
        if (requestDone) {
            to.end(null);
            to.flush();
            expectNext();
            if (halfClosed) {
                to.halfClose();
            }
        } else {
            expectNext();
            client.resume();
        }
    }

    // ---- another site

    private void relay(Decision.Relay decision, Target target, SiteId ownSite) {
        edits = edits(target, null, true, CdnLoop.nameOf(ownSite.name()));
        relayTo = decision.site();
        RelayLoop to = proxy.relays().to(decision.site(), client.loop());
        if (to == null) {
            relayFailed(Refusal.RELAY_UNREACHABLE);
            return;
        }
        relay = new RelayAttempts(to);
        findEntry(relay);
    }

    private void findEntry(RelayAttempts attempts) {
        RelayLane lane = attempts.next();
        if (lane == null) {
            relayFailed(Refusal.RELAY_UNREACHABLE);
            return;
        }
        connecting = true;
        client.expectWithin(proxy.relays().mostConnectNanos());
        UpstreamPools.Connected listener = (made, failure) -> relayConnected(attempts, lane, made, failure);
        if (asksForUpgrade()) {
            lane.connect(facts, listener);
        } else {
            lane.http2().stream(facts, listener);
        }
    }

    private void relayConnected(
            RelayAttempts attempts, RelayLane lane, @Nullable Upstream made, @Nullable Throwable failure) {
        connecting = false;
        boolean gone = over || !client.isActive();
        if (made == null) {
            attempts.connectFailed(lane, failure);
            if (!gone) {
                record.failedAttempt();
                retryRelay(attempts, Refusal.RELAY_UNREACHABLE);
            }
        } else if (gone) {
            made.release();
        } else {
            attempts.sent();
            record.relayedTo(lane);
            send(made);
        }
    }

    private void retryRelay(RelayAttempts attempts, Refusal otherwise) {
        if (attempts.mayTryAgain() && proxy.retries().take(System.nanoTime())) {
            proxy.metrics().retries.inc();
            findEntry(attempts);
        } else {
            relayFailed(otherwise);
        }
    }

    /**
     * The other site did not answer, and nothing of an answer has been sent to the client. Unless {@code bodySent}, the
     * request is still whole.
     */
    private void relayFailed(Refusal why) {
        RequestFacts question = asked;
        boolean harmless = why == Refusal.RELAY_UNREACHABLE || isReplayable();
        if (!harmless || question == null || !mayDetour()) {
            refuse(why);
        } else if (proxy.decider().isLocal(proxy.fib().get(), question)) {
            detoured = true;
            relay = null;
            forward(Target.of(request), null); // what sent it away was a wish, no need
        } else {
            Decision elsewhere = chance().elsewhere(relayTo);
            if (elsewhere == null) {
                refuse(why);
            } else {
                detour(elsewhere);
            }
        }
    }

    private void relayBroke(RelayAttempts attempts, boolean unseen) {
        attempts.failed(unseen ? RelayMetrics.Cause.REFUSED : RelayMetrics.Cause.BROKEN);
        if ((unseen && !bodySent) || isReplayable()) {
            record.failedAttempt();
            retryRelay(attempts, Refusal.RELAY_FAILED);
        } else {
            relayFailed(Refusal.RELAY_FAILED);
        }
    }

    // ---- the request's body

    /** Returns whether the body can be handed on now; if not because of the GoRouter, it is the one that is waited for. */
    boolean takesBody() {
        Upstream to = upstream;
        if (over || to == null) {
            return over;
        }
        boolean takes = to.isWritable();
        if (!takes && !upstreamBlocked) {
            upstreamBlocked = true;
            expectNext();
        }
        return takes;
    }

    /** Gives the side its time that has to go on: the client with its request, or the GoRouter. */
    private void expectNext() {
        boolean ofClient = !requestDone && !answerStarted && !upstreamBlocked;
        ProxyConfig config = proxy.config();
        client.expectWithin((ofClient ? config.bodyTimeout() : config.responseTimeout()).toNanos());
    }

    /** Hands a piece of the body on, and takes it over. */
    void body(ByteBuf data) {
        Upstream to = upstream;
        record.received(data.readableBytes());
        if (to == null) {
            data.release();
            return;
        }
        bodySent |= data.isReadable();
        if (asked != null && !detoured) {
            if (relay == null) {
                chance().sending(data);
            } else {
                chance().lose();
            }
        }
        to.data(data);
        expectNext();
    }

    /** Ends the request. */
    void endOfRequest(@Nullable Head trailers) {
        requestDone = true;
        bodySent |= trailers != null;
        if (trailers != null && asked != null) {
            chance().lose();
        }
        Upstream to = upstream;
        if (to != null) {
            to.end(trailers);
            to.flush();
            expectNext();
        }
    }

    /** Sends on what came of the body, because the rest may be long in coming. */
    void flushRequest() {
        Upstream to = upstream;
        if (to != null) {
            to.flush();
        }
    }

    /** The body's framing is wrong: the GoRouter must not take what came so far for a whole request. */
    void brokenBody(Refusal refusal) {
        dropUpstream();
        if (answerStarted) {
            abort();
        } else {
            refuse(refusal);
        }
    }

    void onUpstreamWritable() {
        if (upstreamBlocked) {
            upstreamBlocked = false;
            expectNext();
        }
        client.resume();
    }

    // ---- the answer

    void onInterim(Head answer) {
        interimSeen = true;
        expectNext();
        client.interim(answer);
    }

    void onAnswer(Head answer, boolean bodiless) {
        GoRouter answering = goRouter;
        if (answering != null) {
            proxy.meter().answered();
            proxy.goRouters().answered(answering);
        }
        if (goRouter != null && requestDone && NotHere.saidBy(answer) && mayDetour() && chance().replaces()) {
            return;
        }
        answerStarted = true;
        if (chance != null) {
            chance.lose();
        }
        expectNext();
        record.answered(answer.status(), answer.value(Field.X_VCAP_REQUEST_ID), System.nanoTime());
        if (answer.has(Field.X_CF_ROUTERERROR)) {
            record.routerError(answer.value(Field.X_CF_ROUTERERROR));
        }
        client.head(answer, bodiless);
    }

    void onAnswerData(ByteBuf data) {
        if (isPassingOver()) {
            data.release();
            return;
        }
        record.sent(data.readableBytes());
        client.data(data);
    }

    /** The answer is complete; the connection to the GoRouter has been given back already when it can be kept. */
    void onAnswerEnd(@Nullable Head trailers) {
        upstream = null;
        if (isPassingOver()) {
            detour(chance().take());
            return;
        }
        end();
        client.end(trailers);
    }

    /** Sends on what came of the answer, and stops reading while the client takes no more. */
    void onUpstreamRead(Upstream from) {
        client.flush();
        if (over) {
            return;
        }
        if (answerStarted) {
            expectNext();
        }
        if (!client.isWritable()) {
            clientBlocked = true;
            from.reading(false);
        }
    }

    void onClientWritable() {
        Upstream from = upstream;
        if (clientBlocked && from != null) {
            clientBlocked = false;
            expectNext();
            from.reading(true);
        }
    }

    /** The GoRouter answered what no HTTP allows. */
    void onUpstreamInvalid() {
        if (isPassingOver()) {
            dropUpstream();
            detour(chance().take());
            return;
        }
        RelayAttempts attempts = relay;
        if (attempts != null) {
            attempts.failed(RelayMetrics.Cause.INVALID);
        }
        fail(attempts == null ? Refusal.GOROUTER_INVALID : Refusal.RELAY_FAILED);
    }

    /** The connection ended before the answer did. */
    void onUpstreamClosed(Upstream from) {
        boolean stale = from.reused();
        boolean unseen = from.unseen();
        GoRouter broken = goRouter;
        boolean again = !interimSeen
                && (unseen ? !bodySent : isReplayable() && (stale || mayLeave(broken, from.brokenOffAlone())));
        if (broken != null && !from.brokenOffAlone()) {
            proxy.goRouters().broke(broken, stale || answerStarted || halfClosed);
        }
        dropUpstream();
        RelayAttempts attempts = relay;
        if (isPassingOver()) {
            detour(chance().take());
        } else if (answerStarted) {
            client.flush(); // the client gets what there is
            abort();
        } else if (halfClosed) {
            record.clientLeft();
            client.abort();
        } else if (attempts != null) {
            relayBroke(attempts, unseen);
        } else if (again) {
            record.failedAttempt();
            retry(Refusal.GOROUTER_FAILED);
        } else {
            refuse(Refusal.GOROUTER_FAILED);
        }
    }

    /**
     * A GoRouter that dies ends new connections without an answer. A request that a GoRouter dies of must not be the end
     * of all, so this is allowed once.
     */
    private boolean mayLeave(@Nullable GoRouter broken, boolean alone) {
        if (broken == null || alone || leftDying) {
            return false;
        }
        leftDying = true;
        markTried(broken.index());
        return true;
    }

    /** A kept connection that ends before it answers may just have been closed for idleness (RFC 9110 section 9.2.2). */
    private boolean isReplayable() {
        boolean safe = request.methodIs("GET")
                || request.methodIs("HEAD")
                || request.methodIs("OPTIONS")
                || request.methodIs("TRACE")
                || request.has(Field.IDEMPOTENCY_KEY);
        return safe && requestDone && !bodySent;
    }

    /** The request asked for another protocol and got it: both connections become a tunnel. */
    void onUpgraded(UpstreamConnection from, Head answer, ByteBuf rest) {
        if (!requestDone) {
            rest.release(); // what is still to come of the request must not be taken for the new protocol
            onUpstreamInvalid();
            return;
        }
        record.answered(answer.status(), answer.value(Field.X_VCAP_REQUEST_ID), System.nanoTime());
        Channel front = client.becomeTunnel(answer);
        if (front == null) {
            rest.release();
            abort();
            return;
        }
        upstream = null;
        end();
        Channel back = from.becomeTunnel();
        proxy.metrics().websocketOpened(front.closeFuture());
        Tunnel.between(front, back, rest);
    }

    // ---- the end

    /** The client sends nothing more, and may still wait for the answer: the GoRouter decides what that means. */
    void onClientHalfClosed() {
        halfClosed = true;
        Upstream to = upstream;
        if (to != null) {
            to.halfClose();
        }
    }

    /** The client is gone. */
    void onClientGone() {
        if (!over) {
            record.clientLeft();
        }
        end();
        leaveQueue();
        dropUpstream();
    }

    private void leaveQueue() {
        if (waiting) {
            waiting = false;
            proxy.queue().leave(this, client.loop());
        }
    }

    /** What was waited for did not come. */
    void onTimeout() {
        if (waiting) {
            leaveQueue();
            refuse(Refusal.OVERLOADED);
        } else if (answerStarted) {
            dropUpstream();
            abort();
        } else if (relay != null && (requestDone || connecting || upstream == null || upstreamBlocked)) {
            relayTimedOut(relay);
        } else if (connecting || upstream == null) {
            refuseUnlessElsewhere(Refusal.NO_GOROUTER);
        } else {
            fail(requestDone || upstreamBlocked ? Refusal.GOROUTER_TIMEOUT : Refusal.SLOW_CLIENT);
        }
    }

    private void relayTimedOut(RelayAttempts attempts) {
        attempts.failed(RelayMetrics.Cause.TIMEOUT);
        fail(connecting || upstream == null ? Refusal.RELAY_UNREACHABLE : Refusal.RELAY_TIMEOUT);
    }

    private void fail(Refusal refusal) {
        dropUpstream();
        if (answerStarted) {
            abort();
        } else if (relay != null && refusal != Refusal.SLOW_CLIENT) {
            relayFailed(refusal);
        } else {
            refuse(refusal);
        }
    }

    private void dropUpstream() {
        Upstream from = upstream;
        upstream = null;
        if (from != null) {
            from.release();
        }
    }

    /** Ends both sides at once: all that is left when an answer is broken off in the middle. */
    private void abort() {
        end();
        dropUpstream();
        client.abort();
    }

    /** Returns the monotonic time at which the head was complete. */
    long startNanos() {
        return startNanos;
    }
}
