package io.grouter.tracing;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Grouter's place in one request's trace: what it was sent ({@code traceparent}, W3C Trace Context level 1), and the span
 * it makes for itself below that.
 *
 * @param traceId 32 hexadecimal digits
 * @param parentId the span of whoever sent the request; null = the trace begins here
 * @param spanId the own span
 * @param flags those that are passed on
 */
public record Hop(String traceId, @Nullable String parentId, String spanId, int flags) {
    private static final int SAMPLED = 1;
    /** Level 2: the trace id is random. */
    private static final int RANDOM = 2;

    private static final int TRACE = 3;
    private static final int PARENT = 36;
    private static final int FLAGS = 53;
    private static final int LENGTH = 55;

    /** Returns the hop of a request that came with a {@code traceparent}, or null when that is none that can be read. */
    public static @Nullable Hop below(@Nullable String traceparent) {
        if (traceparent == null || !isValid(traceparent)) {
            return null;
        }
        int flags = Integer.parseInt(traceparent.substring(FLAGS, LENGTH), 16) & (SAMPLED | RANDOM);
        String parent = traceparent.substring(PARENT, FLAGS - 1);
        return new Hop(traceparent.substring(TRACE, PARENT - 1), parent, id(random()), flags);
    }

    /** Returns the hop of a request whose trace begins here. */
    static Hop first(boolean sampled) {
        return new Hop(id(random()) + id(random()), null, id(random()), (sampled ? SAMPLED : 0) | RANDOM);
    }

    /** Section 3.2: of a version not known, what is known of version 00 counts, if nothing but more fields follows. */
    private static boolean isValid(String text) {
        boolean length = text.length() == LENGTH
                || (text.length() > LENGTH && text.charAt(LENGTH) == '-' && !text.startsWith("00"));
        return length
                && isHex(text, 0, 2)
                && !text.startsWith("ff")
                && text.charAt(2) == '-'
                && isHex(text, TRACE, PARENT - 1)
                && !isZero(text, TRACE, PARENT - 1)
                && text.charAt(PARENT - 1) == '-'
                && isHex(text, PARENT, FLAGS - 1)
                && !isZero(text, PARENT, FLAGS - 1)
                && text.charAt(FLAGS - 1) == '-'
                && isHex(text, FLAGS, LENGTH);
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }

    private static long random() {
        long value = ThreadLocalRandom.current().nextLong();
        return value == 0 ? 1 : value;
    }

    private static String id(long value) {
        String digits = Long.toHexString(value);
        return "0".repeat(16 - digits.length()) + digits;
    }

    /** Returns whether the span is recorded. */
    public boolean sampled() {
        return (flags & SAMPLED) != 0;
    }

    /** Returns whether the trace begins here, so that a {@code tracestate} that came belongs to no trace. */
    public boolean isFirst() {
        return parentId == null;
    }

    /** Returns the {@code traceparent} for the next hop. */
    public String traceparent() {
        return "00-" + traceId + "-" + spanId + "-0" + flags;
    }
}
