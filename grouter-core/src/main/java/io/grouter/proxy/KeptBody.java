package io.grouter.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as far as it was sent, kept so that it can be sent again elsewhere. Bounded for each request and
 * for all together; beyond that it is given up, and the request has no second chance. Used on one event loop.
 */
final class KeptBody {
    /** Bytes kept by all requests of a proxy. */
    static final class Total {
        private final int most;
        private final AtomicLong bytes = new AtomicLong();

        Total(int most) {
            this.most = most;
        }

        long bytes() {
            return bytes.get();
        }

        int most() {
            return most;
        }

        private boolean take(int more) {
            if (bytes.addAndGet(more) <= most) {
                return true;
            }
            bytes.addAndGet(-more);
            return false;
        }

        private void giveBack(int less) {
            bytes.addAndGet(-less);
        }
    }

    private final int most;
    private final Total total;
    private @Nullable ByteBuf kept;
    private boolean givenUp;

    KeptBody(int most, Total total) {
        this.most = most;
        this.total = total;
    }

    /** Keeps a copy of a piece; the piece stays the caller's. */
    void keep(ByteBuf data, ByteBufAllocator allocator) {
        int more = data.readableBytes();
        if (givenUp || more == 0) {
            return;
        }
        ByteBuf before = kept;
        int had = before == null ? 0 : before.readableBytes();
        if (had + more > most || !total.take(more)) {
            giveUp();
            return;
        }
        ByteBuf to = before == null ? allocator.buffer(more, most) : before;
        to.writeBytes(data, data.readerIndex(), more);
        kept = to;
    }

    /** Returns whether all of the body so far is kept. */
    boolean whole() {
        return !givenUp;
    }

    /** Returns the body, which is then the caller's; null = there is none. */
    @Nullable
    ByteBuf take() {
        ByteBuf all = kept;
        kept = null;
        if (all != null) {
            total.giveBack(all.readableBytes());
        }
        return all;
    }

    /** Forgets what was kept, and keeps no more. */
    void giveUp() {
        givenUp = true;
        ByteBuf all = take();
        if (all != null) {
            all.release();
        }
    }
}
