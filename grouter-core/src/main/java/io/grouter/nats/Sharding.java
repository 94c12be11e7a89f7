package io.grouter.nats;

import io.grouter.route.Utf8Text;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which isolation segments' routes are taken in, as GoRouter's {@code routing_table_sharding_mode} decides for a group
 * of GoRouters. Immutable.
 */
final class Sharding {
    /** The modes, named as GoRouter names them. */
    enum Mode {
        /** Everything. */
        ALL("all"),
        /** Only the listed segments. */
        SEGMENTS("segments"),
        /** The listed segments, and what belongs to none. */
        SHARED_AND_SEGMENTS("shared-and-segments");

        private final String text;

        Mode(String text) {
            this.text = text;
        }

        static Mode of(String text) {
            for (Mode mode : values()) {
                if (mode.text.equals(text)) {
                    return mode;
                }
            }
            throw new IllegalArgumentException(
                    "shardingMode: \"" + text + "\" (expected: all, segments or shared-and-segments)");
        }
    }

    private final Mode mode;
    private final byte[][] segments;

    Sharding(String mode, List<String> segments) {
        this.mode = Mode.of(mode);
        this.segments = segments.stream()
                .map(segment -> segment.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        if (this.mode != Mode.ALL && segments.isEmpty()) {
            throw new IllegalArgumentException(
                    "isolationSegments: empty (expected: at least one segment in the sharding mode " + mode + ")");
        }
    }

    /** Returns whether an endpoint of this segment belongs to this site's table. */
    boolean accepts(Utf8Text segment) {
        if (mode == Mode.ALL || (mode == Mode.SHARED_AND_SEGMENTS && segment.length() == 0)) {
            return true;
        }
        for (byte[] each : segments) {
            if (segment.sameBytes(each)) {
                return true;
            }
        }
        return false;
    }
}
