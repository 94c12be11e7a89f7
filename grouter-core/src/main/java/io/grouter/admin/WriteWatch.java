package io.grouter.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Cuts off who does not read: a write that is stuck, or an answer that takes too long, has its thread interrupted, which
 * closes the connection. To be asked to look every second or so. Safe for all threads; time is an argument.
 */
final class WriteWatch {
    private final Set<Watched> all = ConcurrentHashMap.newKeySet();
    private final LongSupplier clock;
    private final long stuckNanos;

    /**
     * Makes the watch.
     *
     * @param clock monotonic nanoseconds
     * @param stuckNanos longest time one write may take
     */
    WriteWatch(LongSupplier clock, long stuckNanos) {
        this.clock = clock;
        this.stuckNanos = stuckNanos;
    }

    /** Looks after what is written from the current thread, until it is closed; a whole answer may take so long. */
    Watched begin(OutputStream out, long mostNanos) {
        Watched watched = new Watched(out, clock.getAsLong() + mostNanos);
        all.add(watched);
        return watched;
    }

    /** Cuts off who is too slow now. */
    void look() {
        long now = clock.getAsLong();
        all.forEach(each -> each.look(now));
    }

    /** An answer that is being written. */
    final class Watched extends OutputStream {
        private final OutputStream out;
        private final long endNanos;
        private final Thread thread = Thread.currentThread();
        private volatile long sinceNanos;
        private volatile boolean writing;
        private boolean over;
        private boolean cutOff;

        private Watched(OutputStream out, long endNanos) {
            this.out = out;
            this.endNanos = endNanos;
        }

        private synchronized void look(long now) {
            boolean stuck = writing && now - sinceNanos > stuckNanos;
            if (!over && (stuck || now - endNanos > 0)) {
                cutOff = true;
                thread.interrupt();
            }
        }

        /** Returns whether it was cut off. */
        synchronized boolean isCutOff() {
            return cutOff;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            sinceNanos = clock.getAsLong();
            writing = true;
            out.write(bytes, from, length);
            writing = false;
        }

        @Override
        public void flush() throws IOException {
            sinceNanos = clock.getAsLong();
            writing = true;
            out.flush();
            writing = false;
        }

        /** Ends the watch; what it did to the thread is undone. The stream below stays open. */
        @Override
        public void close() {
            all.remove(this);
            synchronized (this) {
                over = true;
                if (cutOff) {
                    Thread.interrupted();
                }
            }
        }
    }
}
