package io.grouter.sim.scenario;

import io.grouter.route.ListDefault;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Something that must be so in the end. Keys that have no meaning for a kind of expectation may not be given with it.
 *
 * @param that its kind
 * @param of classes of requests it is about
 * @param sites sites it is about, as where requests were asked; empty = all
 * @param from when it begins to count
 * @param until when it ends to count; later than the end of the scenario = then
 * @param within how long it may take from {@code from} on
 * @param host the host that is asked for
 * @param status the answer that is expected
 * @param by sites that may answer; empty = any
 * @param how how it may be answered; empty = anyhow
 * @param cutOffs whether connections may end under requests, which are then made again
 */
public record Expectation(
        That that,
        @ListDefault("") List<RequestClass> of,
        @ListDefault("") List<String> sites,
        @ListDefault("0s") Duration from,
        @ListDefault("1d") Duration until,
        @ListDefault("0s") Duration within,
        @ListDefault("") String host,
        @ListDefault("0") int status,
        @ListDefault("") List<String> by,
        @ListDefault("") List<Visit.Way> how,
        @ListDefault("false") boolean cutOffs) {
    private static final Duration NO_END = Duration.ofDays(1);

    /** A kind of expectation. */
    public enum That {
        /** No request of the classes fails that begins in the time. */
        NO_FAILURES,
        /** All requests of the classes that are answered in the time are answered by these sites, in these ways. */
        ANSWERED_BY,
        /** All nodes hold the same tables at the end of the time. */
        CONVERGED,
        /** All running nodes of the sites answer a question so within the time. */
        ANSWER;

        /** Returns the word for it in scenario files. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Checks what belongs together; throws {@link IllegalArgumentException} that names the key. */
    public Expectation {
        of = List.copyOf(of);
        sites = List.copyOf(sites);
        by = List.copyOf(by);
        how = List.copyOf(how);
        boolean requests = that == That.NO_FAILURES || that == That.ANSWERED_BY;
        only(requests, "of", of.isEmpty(), that);
        only(that != That.CONVERGED, "sites", sites.isEmpty(), that);
        only(requests, "until", until.equals(NO_END), that);
        only(!requests, "within", within.isZero(), that);
        only(that == That.ANSWER, "host", host.isEmpty(), that);
        only(that == That.ANSWER, "status", status == 0, that);
        only(that != That.NO_FAILURES && that != That.CONVERGED, "by", by.isEmpty(), that);
        only(that == That.ANSWERED_BY, "how", how.isEmpty(), that);
        only(that == That.NO_FAILURES, "cutOffs", !cutOffs, that);
        needed(requests, "of", of.isEmpty(), "classes of requests, such as [local, both]", that);
        needed(that == That.ANSWERED_BY && how.isEmpty(), "by", by.isEmpty(), "sites, such as [dc2]; or how", that);
        needed(!requests, "within", within.isZero(), "a duration such as 5s", that);
        needed(that == That.ANSWER, "host", host.isEmpty(), "a host such as both.apps.localhost", that);
        if (that == That.ANSWER && (status < 100 || status > 599)) {
            throw new IllegalArgumentException("status: is needed for answer (expected: 100 to 599)");
        }
        if (how.contains(Visit.Way.FAILED)) {
            throw new IllegalArgumentException(
                    "how: failed is no way to be answered (expected: forwarded, redirected, relayed)");
        }
        if (until.compareTo(from) <= 0) {
            throw new IllegalArgumentException("until: is not after from (expected: a later time)");
        }
    }

    private static void only(boolean allowed, String key, boolean leftOut, That that) {
        if (!allowed && !leftOut) {
            throw new IllegalArgumentException(key + ": has no meaning for " + that.word() + " (leave it out)");
        }
    }

    private static void needed(boolean needed, String key, boolean leftOut, String expected, That that) {
        if (needed && leftOut) {
            throw new IllegalArgumentException(
                    key + ": is needed for " + that.word() + " (expected: " + expected + ")");
        }
    }

    /** Returns it in one line, for people. */
    public String text() {
        StringBuilder text = new StringBuilder(that.word());
        if (!of.isEmpty()) {
            text.append(" of ")
                    .append(String.join(
                            ", ", of.stream().map(RequestClass::word).toList()));
        }
        if (!host.isEmpty()) {
            text.append(' ').append(status).append(" for ").append(host);
        }
        if (!sites.isEmpty()) {
            text.append(" at ").append(String.join(", ", sites));
        }
        if (!by.isEmpty()) {
            text.append(" by ").append(String.join(", ", by));
        }
        if (!how.isEmpty()) {
            text.append(", ")
                    .append(String.join(
                            " or ", how.stream().map(Visit.Way::word).toList()));
        }
        if (!within.isZero()) {
            text.append(" within ").append(Texts.seconds(within));
        }
        if (!from.isZero()) {
            text.append(" from ").append(Texts.seconds(from));
        }
        if (!until.equals(NO_END)) {
            text.append(" until ").append(Texts.seconds(until));
        }
        return text.toString();
    }
}
