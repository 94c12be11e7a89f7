package io.grouter.proxy;

import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.RequestFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What one request can still become when no GoRouter here has its app, or no site that was tried can be reached: its
 * body as far as it was sent, and where it goes instead. Used on one event loop.
 */
final class SecondChance {
    private final ProxyContext proxy;
    private final RequestFacts facts;
    private @Nullable KeptBody body;
    /** Whether pieces of the body are to be kept; decided at the first of them. */
    private boolean keeping;

    private boolean begun;
    private boolean lost;
    private @Nullable Decision decision;

    SecondChance(ProxyContext proxy, RequestFacts facts) {
        this.proxy = proxy;
        this.facts = facts;
    }

    /** Is shown a piece of the body that is about to be sent; it stays the caller's. */
    void sending(ByteBuf data) {
        if (!begun) {
            begun = true;
            keeping = elsewhere(null) != null;
            lost |= !keeping;
        }
        if (keeping && !lost) {
            KeptBody kept = body == null ? new KeptBody(proxy.decider().keptBodyBytes(), proxy.kept()) : body;
            body = kept;
            kept.keep(data, ByteBufAllocator.DEFAULT);
            lost = !kept.whole();
            if (lost) {
                proxy.metrics().keptBodiesLost.inc();
            }
        }
    }

    /** The request cannot be sent once more as it was. */
    void lose() {
        lost = true;
        end();
    }

    /** Returns where the request would go, or null. */
    @Nullable
    Decision elsewhere(@Nullable SiteId but) {
        return proxy.decider().secondChance(proxy.fib().get(), facts, but);
    }

    /** No GoRouter has the app; returns whether the request goes elsewhere instead, so that nobody must see its answer. */
    boolean replaces() {
        decision = lost ? null : elsewhere(null);
        return decision != null;
    }

    /** Returns whether an answer is being passed over. */
    boolean taken() {
        return decision != null;
    }

    /** Returns where the request goes instead; once. */
    @Nullable
    Decision take() {
        Decision taken = decision;
        decision = null;
        return taken;
    }

    /** Returns whether what was sent of the body is all here, or nothing was sent. */
    boolean canRepeat() {
        return !lost;
    }

    /** Returns what has been sent of the body, to be sent again; null = nothing. */
    @Nullable
    ByteBuf sent() {
        KeptBody kept = body;
        return kept == null ? null : kept.take();
    }

    /** Lets go of what is kept. */
    void end() {
        KeptBody kept = body;
        if (kept != null) {
            kept.giveUp();
        }
    }
}
