package io.grouter.gossip;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * Who speaks in a site's name. The higher incarnation has the word; that is how a standby takes over. Two that take the
 * word from each other again and again are two sites with one name: then the one heard of later is not listened to as
 * long as the other is there. Used by the rib thread only; time is an argument.
 */
final class Claims {
    /** So often the word may go back to a process that had lost it, within {@link #WINDOW_NANOS}. */
    private static final int MOST_RETURNS = 4;

    private static final long WINDOW_NANOS = Duration.ofSeconds(60).toNanos();
    private static final int MOST_KNOWN = 16;

    private final long silenceNanos;
    private final Map<Long, Claimant> known = new HashMap<>();
    private long incarnation;
    private long current;
    private int returns;
    private long lastReturnNanos;
    private long rival;

    private static final class Claimant {
        final long sinceNanos;
        long heardNanos;
        long incarnation;
        long beat;

        Claimant(long nowNanos) {
            this.sinceNanos = nowNanos;
            this.heardNanos = nowNanos;
        }

        void heard(long ofIncarnation, long ofBeat, long nowNanos) {
            if (ofIncarnation > incarnation || (ofIncarnation == incarnation && ofBeat > beat)) {
                incarnation = ofIncarnation;
                beat = ofBeat;
                heardNanos = nowNanos;
            }
        }
    }

    /** What to do with a statement. */
    enum Verdict {
        /** Listen. */
        CURRENT,
        /** Listen: a new incarnation begins. */
        NEW,
        /** Its incarnation is over. */
        OLD,
        /** Another process speaks in the same incarnation. */
        TWICE,
        /** It is the later one of two rivals. */
        QUARANTINED
    }

    /**
     * Begins with what is known from before.
     *
     * @param incarnation the last one seen; 0 = none
     * @param silenceNanos a rival that was silent for so long is no rival any more
     */
    Claims(long incarnation, long silenceNanos) {
        this.incarnation = incarnation;
        this.silenceNanos = silenceNanos;
    }

    long incarnation() {
        return incarnation;
    }

    /** Returns the process that speaks now; 0 = none is known. */
    long claimant() {
        return current;
    }

    /** Returns whether a rival is in quarantine. */
    boolean conflict() {
        return rival != 0;
    }

    /**
     * Looks at a statement. What was said before can be repeated by anyone, so only what is new keeps a process alive.
     *
     * @param beat number of the heartbeat, 0 for anything else
     */
    Verdict check(long ofIncarnation, long claimant, long beat, long nowNanos) {
        Claimant holder = known.get(current);
        if (rival != 0 && (holder == null || nowNanos - holder.heardNanos > silenceNanos)) {
            rival = 0;
            returns = 0;
        }
        if (claimant == rival && rival != 0) {
            Claimant late = known.get(rival);
            if (late != null) {
                late.heard(ofIncarnation, beat, nowNanos);
            }
            return Verdict.QUARANTINED;
        }
        if (ofIncarnation < incarnation) {
            return Verdict.OLD;
        }
        if (ofIncarnation == incarnation && current != 0) {
            if (claimant != current) {
                return Verdict.TWICE;
            }
            if (holder != null) {
                holder.heard(ofIncarnation, beat, nowNanos);
            }
            return Verdict.CURRENT;
        }
        Claimant speaker = known.computeIfAbsent(claimant, key -> new Claimant(nowNanos));
        speaker.heard(ofIncarnation, beat, nowNanos);
        forgetTheLongestSilent(claimant);
        if (claimant != current && holder != null && taken(claimant, speaker, holder, nowNanos)) {
            return Verdict.QUARANTINED;
        }
        boolean same = ofIncarnation == incarnation && current == 0;
        incarnation = ofIncarnation;
        current = claimant;
        return same ? Verdict.CURRENT : Verdict.NEW;
    }

    private void forgetTheLongestSilent(long but) {
        if (known.size() > MOST_KNOWN) {
            known.entrySet().stream()
                    .filter(each -> each.getKey() != but && each.getKey() != current && each.getKey() != rival)
                    .min(Comparator.comparingLong(each -> each.getValue().heardNanos))
                    .ifPresent(each -> known.remove(each.getKey()));
        }
    }

    /** The word goes to another process; returns whether it must not, because that one is a rival. */
    private boolean taken(long claimant, Claimant speaker, Claimant holder, long nowNanos) {
        boolean back = speaker.sinceNanos < holder.sinceNanos || returns > 0;
        if (nowNanos - lastReturnNanos > WINDOW_NANOS) {
            returns = 0;
        }
        if (back) {
            returns++;
            lastReturnNanos = nowNanos;
        }
        if (returns <= MOST_RETURNS) {
            return false;
        }
        boolean later = speaker.sinceNanos >= holder.sinceNanos;
        rival = later ? claimant : current;
        return later;
    }

    /** Ends a quarantine whose reason is gone; returns whether it did. */
    boolean settle(long nowNanos) {
        Claimant late = known.get(rival);
        if (rival != 0 && (late == null || nowNanos - late.heardNanos > silenceNanos)) {
            known.remove(rival);
            rival = 0;
            returns = 0;
            return true;
        }
        return false;
    }
}
