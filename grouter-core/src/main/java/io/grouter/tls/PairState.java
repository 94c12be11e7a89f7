package io.grouter.tls;

import io.grouter.tls.PemMaterial.Stamp;
import io.grouter.tls.ServerCertificates.Pair;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of one pair's files from one look at them to the next. */
final class PairState {
    private static final Logger log = LoggerFactory.getLogger(ServerCertificates.class);

    private final String name;
    private List<Stamp> stamps = List.of();
    private boolean again = true;
    private @Nullable Pair pair;
    private @Nullable String problem;
    private @Nullable String warnedOf;

    PairState(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** Returns what can be used: what the files say now or, if that is broken, what they said before. */
    @Nullable
    Pair pair() {
        return pair;
    }

    /** Returns why what the files say now cannot be used, if so. */
    @Nullable
    String problem() {
        return problem;
    }

    /** Returns {@link #problem} as a sentence, if there is one. */
    @Nullable
    String sentence() {
        String end = pair == null ? "" : "; the one before stays";
        return problem == null ? null : "certificate " + name + " cannot be used: " + problem + end;
    }

    /** Reads the files if they have changed; tells whether there is another {@link #pair} than before. */
    boolean read(PairFiles files) {
        List<Stamp> now = files.stamps();
        boolean changed = !now.equals(stamps);
        if (!changed && !again) {
            return false;
        }
        stamps = now;
        again = false;
        try {
            return loaded(files.load());
        } catch (IOException e) {
            // What keeps a file from being read (rights, too many open files) may end without a change of the file.
            again = e instanceof FileSystemException;
            String reason = String.valueOf(e.getMessage());
            boolean news = changed || !reason.equals(problem);
            problem = reason;
            if (news) {
                log.warn("{}", sentence());
            }
            return false;
        }
    }

    private boolean loaded(Pair now) {
        if (problem != null) {
            problem = null;
            log.info("certificate {} is no longer broken", name);
        }
        if (now.equals(pair)) {
            return false; // only touched, or as it was before it broke
        }
        pair = now;
        return true;
    }

    /** Warns of a certificate that has expired or is not valid yet; once. */
    void warnOfDates(Pair own, Instant now) {
        String date = own.from().isAfter(now)
                ? "is not valid before " + own.from()
                : own.until().isBefore(now) ? "has expired at " + own.until() : null;
        if (date != null && !date.equals(warnedOf)) {
            warnedOf = date;
            log.warn("certificate {} {}; it is used all the same", name, date);
        }
    }
}
