package io.grouter.tls;

import io.grouter.tls.PairFiles.Found;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of a TLS listener, from a folder of PEM files: {@code NAME.crt} (or {@code NAME.pem}) with
 * {@code NAME.key}, or {@code NAME.pem} that holds both. What cannot be used does not touch what is in use. Safe for all
 * threads; choosing takes no lock.
 */
public final class ServerCertificates {
    private static final Logger log = LoggerFactory.getLogger(ServerCertificates.class);
    private static final int MAX_PAIRS = 10_000;

    private final Path folder;
    private final String defaultName;
    private final LongSupplier wallClock;
    private final int maxPairs;
    private final SortedMap<String, PairState> states = new TreeMap<>();
    private @Nullable String folderProblem;
    private volatile @Nullable CertificateChoice inUse;
    private volatile List<String> problems = List.of();

    /**
     * A certificate with its key.
     *
     * @param name the files' name without extension
     * @param chain the certificate, and those that lead to its CA
     * @param key the private key of the first certificate
     * @param names the hosts and addresses the certificate is for, in lower case; may have wildcards, may be empty
     */
    public record Pair(String name, List<X509Certificate> chain, PrivateKey key, Set<String> names) {
        /** Copies the lists. */
        public Pair {
            chain = List.copyOf(chain);
            names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
        }

        Instant from() {
            return chain.get(0).getNotBefore().toInstant();
        }

        Instant until() {
            return chain.get(0).getNotAfter().toInstant();
        }

        boolean validAt(Instant when) {
            return !when.isBefore(from()) && !when.isAfter(until());
        }

        /** Returns the names; never the key. */
        @Override
        public String toString() {
            return name + " for " + names;
        }
    }

    /**
     * Names the folder; nothing is read yet.
     *
     * @param folder where the files are; folders in it, and files whose names begin with a dot, do not count
     * @param defaultName name of the pair for clients that name no host, or one that no pair is for; {@code ""} for the
     *     first by name
     */
    public ServerCertificates(Path folder, String defaultName) {
        this(folder, defaultName, System::currentTimeMillis, MAX_PAIRS);
    }

    /** As above, with a clock in milliseconds since 1970 and a bound for the number of pairs. */
    ServerCertificates(Path folder, String defaultName, LongSupplier wallClock, int maxPairs) {
        this.folder = folder;
        this.defaultName = defaultName;
        this.wallClock = wallClock;
        this.maxPairs = maxPairs;
    }

    /**
     * Looks at the folder and reads the files that have changed. A pair that became broken, or a named default that is
     * gone, stays as it was, and so does everything while no pair at all can be used. Blocks.
     *
     * @return whether what is in use has changed
     * @throws IOException with file and reason, when no pair could ever be used or the default is missing; not after the
     *     first success
     */
    public synchronized boolean read() throws IOException {
        CertificateChoice before = inUse;
        Found found;
        try {
            found = PairFiles.in(folder, defaultName, maxPairs);
        } catch (IOException e) {
            if (before == null) {
                throw e;
            }
            report(e.getMessage() + "; the certificates before stay");
            return publish(before, false);
        }
        boolean changed = readChanged(found);
        boolean usable = found.pairs().keySet().stream().anyMatch(this::usable);
        changed |= forget(found, usable);
        if (before == null) {
            report(found.tooMany() ? tooMany() : null);
            checkFirst(usable);
        } else if (usable) {
            report(found.tooMany() ? tooMany() : null);
        } else {
            report(folder + ": no certificate in it can be used; those before stay");
        }
        return publish(before, changed);
    }

    private boolean readChanged(Found found) {
        boolean changed = false;
        for (PairFiles files : found.pairs().values()) {
            PairState state = states.computeIfAbsent(files.name(), PairState::new);
            if (state.read(files)) {
                changed = true;
                if (inUse != null) {
                    log.info("certificate {} is used from now on", state.pair());
                }
            }
        }
        return changed;
    }

    private boolean usable(String name) {
        PairState state = states.get(name);
        return state != null && state.pair() != null && state.problem() == null;
    }

    /** Forgets pairs whose files are gone; but what is in use only if something else can be used. */
    private boolean forget(Found found, boolean usable) {
        boolean changed = false;
        for (Iterator<PairState> all = states.values().iterator(); all.hasNext(); ) {
            PairState state = all.next();
            if (!found.pairs().containsKey(state.name()) && (usable || state.pair() == null)) {
                all.remove();
                if (state.pair() != null) {
                    changed = true;
                    log.info("certificate {} is gone", state.pair());
                }
            }
        }
        return changed;
    }

    private void checkFirst(boolean usable) throws IOException {
        PairState preferred = states.get(defaultName);
        if (preferred != null && preferred.pair() == null) {
            throw new IOException("the default certificate cannot be used: " + preferred.problem());
        }
        if (!usable) {
            throw new IOException(
                    states.isEmpty()
                            ? folder + ": no certificate in it (expected: NAME.crt or NAME.pem, with NAME.key)"
                            : folder + ": no certificate in it can be used: "
                                    + states.values().iterator().next().problem());
        }
    }

    private String tooMany() {
        return folder + ": more than " + maxPairs + " certificates; the last by name are not used";
    }

    private void report(@Nullable String ofFolder) {
        if (ofFolder != null && !ofFolder.equals(folderProblem)) {
            log.warn("{}", ofFolder);
        }
        folderProblem = ofFolder;
        List<String> all = new ArrayList<>();
        if (ofFolder != null) {
            all.add(ofFolder);
        }
        states.values().stream()
                .map(PairState::sentence)
                .filter(Objects::nonNull)
                .forEach(all::add);
        problems = List.copyOf(all);
    }

    private boolean publish(@Nullable CertificateChoice before, boolean changed) {
        Instant now = Instant.ofEpochMilli(wallClock.getAsLong());
        if (before != null && !changed && !before.mayDifferAt(now)) {
            return false;
        }
        List<Pair> pairs = new ArrayList<>();
        for (PairState state : states.values()) {
            Pair pair = state.pair();
            if (pair != null) {
                pairs.add(pair);
                state.warnOfDates(pair, now);
            }
        }
        CertificateChoice after = new CertificateChoice(pairs, defaultName, now);
        inUse = after;
        if (before == null) {
            log.info("{} certificates from {}", pairs.size(), folder);
        }
        return before == null || changed || !after.sameAs(before);
    }

    /**
     * Returns the pair for a host: one for exactly its name, else one for {@code *} and the rest of its name, else the
     * default. Of several for one name, the one that was valid at the last {@link #read} and is so for longest.
     *
     * @param serverName what the client calls the host, or null if it does not say
     * @throws IllegalStateException before the first successful {@link #read}
     */
    public Pair choose(@Nullable String serverName) {
        CertificateChoice now = inUse;
        if (now == null) {
            throw new IllegalStateException("the certificates have not been read");
        }
        return now.of(serverName);
    }

    /** Returns what is in use, by name; nothing before the first successful {@link #read}. */
    public List<Pair> pairs() {
        CertificateChoice now = inUse;
        return now == null ? List.of() : now.pairs();
    }

    /** Returns what was wrong at the last {@link #read}: a sentence for each broken pair, and for the folder. */
    public List<String> problems() {
        return problems;
    }
}
