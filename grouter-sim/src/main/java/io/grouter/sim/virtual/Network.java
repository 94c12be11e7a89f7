package io.grouter.sim.virtual;

import io.grouter.link.Peer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** Brings frames from node to node, late, and as badly as the faults of the moment say. */
final class Network {
    private static final long MILLI = 1_000_000;
    private static final int CAPTURED = 200;

    private final Stage stage;
    private final Sources sources;
    private final Map<Long, Way> ways = new HashMap<>();
    private final Map<VirtualNode, Map<VirtualNode, Line>> lines = new HashMap<>();
    private final List<byte[]> captured = new ArrayList<>();
    private long frames;
    private long wanBytes;

    /** The way from one site to another. */
    static final class Way {
        int cuts;
        int slowMillis;
        int losePermille;
        int repeatPermille;
        int reorderPermille;
        int corruptPermille;
        /** Bytes per second; 0 = no limit. */
        int narrow;

        long freeNanos;
        final long latencyNanos;

        Way(long latencyNanos) {
            this.latencyNanos = latencyNanos;
        }
    }

    /** The connection from one node to another: what is sent on it arrives in order, as over TCP. */
    private static final class Line {
        final SplittableRandom random;
        long lastNanos;
        /** Bytes sent in the second that began then. */
        long secondNanos;

        long bytes;

        Line(SplittableRandom random) {
            this.random = random;
        }
    }

    Network(Stage stage, Sources sources) {
        this.stage = stage;
        this.sources = sources;
    }

    /** Returns the way from one site to another, by their numbers; the same number = inside the site. */
    Way way(int from, int to) {
        return ways.computeIfAbsent(from * 1_000L + to, key -> {
            SplittableRandom random = sources.random("way " + Math.min(from, to) + " " + Math.max(from, to));
            return new Way(from == to ? MILLI / 2 : random.nextLong(2 * MILLI, 80 * MILLI));
        });
    }

    /** Returns how many bytes of frames went from site to site so far. */
    long wanBytes() {
        return wanBytes;
    }

    long frames() {
        return frames;
    }

    /** Returns whether what one node says gets to another just now. */
    boolean reaches(VirtualNode from, VirtualNode to) {
        return from.site == to.site
                ? from.apart == 0 && to.apart == 0
                : way(from.site.number, to.site.number).cuts == 0;
    }

    /** Sends a frame to the process of a node that its sender means. */
    void send(VirtualNode from, VirtualNode to, Peer as, long process, byte[] frame) {
        Line line = lines.computeIfAbsent(from, key -> new HashMap<>())
                .computeIfAbsent(to, key -> new Line(sources.random("line " + from + ">" + to)));
        boolean wan = from.site != to.site;
        int copies = stage.mutated(Mutation.BABBLES) ? 10 : 1;
        for (int i = 0; i < copies; i++) {
            if (wan) {
                count(from, to, line, frame.length);
            }
            bring(from, to, as, process, frame, line);
        }
    }

    private void count(VirtualNode from, VirtualNode to, Line line, int bytes) {
        long now = stage.now();
        if (now - line.secondNanos >= 1_000 * MILLI) {
            line.secondNanos = now;
            line.bytes = 0;
        }
        line.bytes += bytes;
        wanBytes += bytes;
        stage.observer().sent(from, to, line.bytes);
    }

    private void bring(VirtualNode from, VirtualNode to, Peer as, long process, byte[] frame, Line line) {
        frames++;
        if (!reaches(from, to) || to.processId() != process) {
            return;
        }
        Way way = way(from.site.number, to.site.number);
        SplittableRandom random = line.random;
        if (dice(random, way.losePermille)) {
            return;
        }
        byte[] bytes = frame;
        if (dice(random, way.corruptPermille)) {
            bytes = frame.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        long now = stage.now();
        long delay = way.latencyNanos + way.slowMillis * MILLI + random.nextLong(way.latencyNanos / 4 + 1);
        if (way.narrow > 0) {
            long takes = bytes.length * 1_000_000_000L / way.narrow;
            way.freeNanos = Math.max(way.freeNanos, now) + takes;
            delay += way.freeNanos - now;
        }
        long at = now + delay;
        if (dice(random, way.reorderPermille)) {
            at += random.nextLong(500 * MILLI);
        } else {
            at = Math.max(at, line.lastNanos);
            line.lastNanos = at;
        }
        if (from.site != to.site && captured.size() < CAPTURED) {
            captured.add(frame);
        } else if (from.site != to.site && random.nextInt(20) == 0) {
            captured.set(random.nextInt(CAPTURED), frame);
        }
        deliver(from, to, as, process, bytes, at - now);
        if (dice(random, way.repeatPermille)) {
            deliver(from, to, as, process, bytes, at - now + random.nextLong(2_000 * MILLI));
        }
    }

    private void deliver(VirtualNode from, VirtualNode to, Peer as, long process, byte[] bytes, long delay) {
        stage.agenda.after(delay, () -> {
            if (to.processId() == process && reaches(from, to)) {
                to.onFrame(as, bytes);
            }
        });
    }

    private static boolean dice(SplittableRandom random, int permille) {
        return permille > 0 && random.nextInt(1000) < permille;
    }

    /** Sends something that a hostile node makes of what it has overheard: repeated, altered, or rubbish. */
    void harass(VirtualNode from, VirtualNode to, SplittableRandom random) {
        if (captured.isEmpty() || !to.running() || !reaches(from, to)) {
            return;
        }
        VirtualNode pretended = stage.any(random);
        if (!pretended.up()) {
            return;
        }
        byte[] bytes = captured.get(random.nextInt(captured.size()));
        int kind = random.nextInt(4);
        if (kind == 0) {
            bytes = altered(bytes, random);
        } else if (kind == 1) {
            bytes = new byte[random.nextInt(3_000)];
            random.nextBytes(bytes);
        }
        Peer as = random.nextBoolean()
                ? new Peer(from.site.id, random.nextLong(), false, "hostile", from)
                : new Peer(pretended.site.id, pretended.processId(), false, pretended.name(), pretended);
        if (!pretended.site.id.equals(to.site.id)) {
            byte[] sent = bytes;
            stage.agenda.after(way(from.site.number, to.site.number).latencyNanos, () -> to.onFrame(as, sent));
        }
    }

    /** Changes a byte of a statement and makes the checksum right again; the signature cannot be. */
    private static byte[] altered(byte[] frame, SplittableRandom random) {
        byte[] bytes = frame.clone();
        bytes[8 + random.nextInt(bytes.length - 8)] ^= (byte) (1 << random.nextInt(8));
        CRC32C crc = new CRC32C();
        crc.update(bytes, 2, 2);
        crc.update(bytes, 8, bytes.length - 8);
        ByteBuffer.wrap(bytes).putInt(4, (int) crc.getValue());
        return bytes;
    }
}
