package io.grouter.admin;

import io.grouter.rib.Journal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one watcher is sent (server-sent events). What waits for it is bounded by the number of sites: the latest state of
 * each, and the latest figures; the journal it reads for itself, as fast as it can.
 */
final class EventStream implements StreamedBody {
    private static final int BATCH = 256;
    private static final long COMMENT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] HELLO = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    private final EventHub hub;
    private final List<String> types;
    private final Map<String, byte[]> sites = new LinkedHashMap<>();
    private byte @Nullable [] stats;
    private long next;
    private boolean ended;
    private boolean woken = true;

    /**
     * Makes the stream.
     *
     * @param next id of the first change to send; -1 = an unknown number of changes was missed
     */
    EventStream(EventHub hub, List<String> types, long next) {
        this.hub = hub;
        this.types = types;
        this.next = next;
    }

    @Override
    public Lane lane() {
        return Lane.EVENTS;
    }

    /** Takes the latest figures, and the sites that have changed; what was not sent yet of the same is dropped. */
    synchronized void offer(byte[] figures, Map<String, byte[]> changed) {
        stats = types.contains("stats") ? figures : null;
        if (types.contains("site")) {
            sites.putAll(changed);
        }
        wake();
    }

    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public void write(OutputStream out) throws IOException {
        out.write(HELLO);
        if (next < 0) {
            out.write(hub.lostEvent(null));
            next = hub.journal().total();
        }
        hub.add(this);
        try {
            if (types.contains("site")) {
                for (byte[] each : hub.siteEvents().values()) {
                    out.write(each);
                }
            }
            out.flush();
            while (await()) {
                boolean sent = waiting(out);
                sent |= journal(out);
                if (!sent) {
                    out.write(COMMENT);
                }
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            hub.remove(this);
        }
    }

    private synchronized boolean await() throws InterruptedException {
        long end = System.nanoTime() + COMMENT_NANOS;
        for (long left = COMMENT_NANOS; !woken && !ended && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        woken = false;
        return !ended;
    }

    private boolean waiting(OutputStream out) throws IOException {
        List<byte[]> events = new ArrayList<>();
        synchronized (this) {
            events.addAll(sites.values());
            sites.clear();
            if (stats != null) {
                events.add(stats);
                stats = null;
            }
        }
        for (byte[] each : events) {
            out.write(each);
        }
        return !events.isEmpty();
    }

    private boolean journal(OutputStream out) throws IOException {
        if (!types.contains("journal")) {
            return false;
        }
        List<Journal.Entry> entries = hub.journal().from(next, BATCH);
        for (Journal.Entry each : entries) {
            if (each.id() > next) {
                out.write(hub.lostEvent(each.id() - next));
            }
            out.write(hub.journalEvent(each));
            next = each.id() + 1;
        }
        if (entries.size() == BATCH) {
            wake();
        }
        return !entries.isEmpty();
    }
}
