package io.grouter.tls;

import io.grouter.tls.ServerCertificates.Pair;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Which of some certificates is for which host, at one moment. Immutable. */
final class CertificateChoice {
    private static final int MAX_NAME = 255;

    private final List<Pair> pairs;
    private final Pair preferred;
    private final Map<String, Pair> byName;
    private final NameTable table;
    private final Instant nextDate;

    /** Chooses among at least one pair, in the order of their names; the default is one of them or {@code ""}. */
    CertificateChoice(List<Pair> pairs, String defaultName, Instant now) {
        this.pairs = List.copyOf(pairs);
        this.preferred = pairs.stream()
                .filter(each -> each.name().equals(defaultName))
                .findFirst()
                .orElse(pairs.get(0));
        this.byName = byName(pairs, now);
        this.table = new NameTable(byName);
        Instant next = Instant.MAX;
        for (Pair pair : pairs) {
            next = earlier(next, pair.from(), now);
            next = earlier(next, pair.until().plusMillis(1), now);
        }
        this.nextDate = next;
    }

    private static Instant earlier(Instant next, Instant date, Instant now) {
        return date.isAfter(now) && date.isBefore(next) ? date : next;
    }

    private static Map<String, Pair> byName(List<Pair> pairs, Instant now) {
        BinaryOperator<Pair> better = BinaryOperator.maxBy(Comparator.comparing((Pair each) -> each.validAt(now))
                .thenComparing(Pair::until)
                .thenComparing(Pair::name, Comparator.reverseOrder()));
        Map<String, Pair> byName = new HashMap<>();
        for (Pair pair : pairs) {
            for (String name : pair.names()) {
                String key = key(name);
                if (key != null) {
                    byName.merge(key, pair, better);
                }
            }
        }
        return byName;
    }

    /** Returns {@code .example.com} for {@code *.example.com}; null for what no host can be called. */
    private static @Nullable String key(String name) {
        boolean wildcard = name.startsWith("*.");
        String key = wildcard ? name.substring(1) : name;
        boolean never = key.isEmpty() || key.equals(".") || key.indexOf('*') >= 0 || name.startsWith(".");
        return never ? null : key;
    }

    /** Returns the pair for a host; null is a client that does not name any. */
    Pair of(@Nullable String host) {
        Pair found = host == null || host.length() > MAX_NAME ? null : find(host);
        return found == null ? preferred : found;
    }

    private @Nullable Pair find(String host) {
        int end = host.endsWith(".") ? host.length() - 1 : host.length();
        int dot = host.indexOf('.');
        if (dot == 0) {
            return null;
        }
        Pair exact = table.get(host, 0, end);
        // A wildcard stands for one whole label (RFC 6125, section 6.4.3).
        return exact != null || dot < 0 || dot >= end ? exact : table.get(host, dot, end);
    }

    List<Pair> pairs() {
        return pairs;
    }

    /** Tells whether a certificate has begun or ceased to be valid since this was made. */
    boolean mayDifferAt(Instant now) {
        return !now.isBefore(nextDate);
    }

    boolean sameAs(CertificateChoice other) {
        return preferred.equals(other.preferred) && pairs.equals(other.pairs) && byName.equals(other.byName);
    }
}
