package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Claims claims = new Claims(0, 3 * SECOND);
    private long now = 5;

    private long beat;

    private Claims.Verdict check(long incarnation, long claimant) {
        now += SECOND / 10;
        return claims.check(incarnation, claimant, ++beat, now);
    }

    @Test
    void theHigherIncarnationHasTheWord() {
        assertThat(check(4, 1)).isEqualTo(Claims.Verdict.NEW);
        assertThat(check(4, 1)).isEqualTo(Claims.Verdict.CURRENT);
        assertThat(check(5, 2)).isEqualTo(Claims.Verdict.NEW);
        assertThat(check(4, 1)).isEqualTo(Claims.Verdict.OLD);
        assertThat(claims.incarnation()).isEqualTo(5);
        assertThat(claims.claimant()).isEqualTo(2);
    }

    @Test
    void oneIncarnationBelongsToOneProcess() {
        check(4, 1);
        assertThat(check(4, 2)).isEqualTo(Claims.Verdict.TWICE);
        assertThat(check(4, 1)).isEqualTo(Claims.Verdict.CURRENT);
    }

    @Test
    void whatIsKnownFromBeforeARestartIsTakenUpByWhoeverSpeaks() {
        Claims restored = new Claims(7, SECOND);
        assertThat(restored.check(6, 1, 1, 0)).isEqualTo(Claims.Verdict.OLD);
        assertThat(restored.check(7, 1, 1, 0)).isEqualTo(Claims.Verdict.CURRENT);
        assertThat(restored.check(7, 2, 1, 0)).isEqualTo(Claims.Verdict.TWICE);
    }

    @Test
    void aStandbyThatTakesOverAndASpeakerThatComesBackAreNoConflict() {
        check(1, 1);
        check(2, 2);
        check(3, 1);
        assertThat(check(3, 1)).isEqualTo(Claims.Verdict.CURRENT);
        assertThat(claims.conflict()).isFalse();
    }

    @Test
    void ofTwoThatTakeTheWordFromEachOtherTheLaterOneIsNotListenedTo() {
        long incarnation = 0;
        for (int round = 0; round < 5; round++) {
            check(++incarnation, 1);
            check(++incarnation, 2);
        }
        assertThat(claims.conflict()).isTrue();
        assertThat(claims.claimant()).isEqualTo(1);
        assertThat(check(incarnation + 50, 2)).isEqualTo(Claims.Verdict.QUARANTINED);
        assertThat(check(incarnation + 1, 1)).isEqualTo(Claims.Verdict.NEW);
    }

    @Test
    void theLaterOneIsListenedToOnceTheOtherIsGone() {
        theLaterOneIsQuarantined();
        now += 4 * SECOND;
        assertThat(check(100, 2)).isEqualTo(Claims.Verdict.NEW);
        assertThat(claims.conflict()).isFalse();
    }

    @Test
    void theConflictEndsWhenTheLaterOneIsGone() {
        theLaterOneIsQuarantined();
        for (int i = 0; i < 50; i++) {
            check(50, 1);
        }
        assertThat(claims.settle(now)).isTrue();
        assertThat(claims.conflict()).isFalse();
        assertThat(check(51, 1)).isEqualTo(Claims.Verdict.NEW);
    }

    private void theLaterOneIsQuarantined() {
        long incarnation = 0;
        for (int round = 0; round < 5; round++) {
            check(++incarnation, 1);
            check(++incarnation, 2);
        }
        assertThat(claims.conflict()).isTrue();
    }

    @Test
    void changesOfSpeakerFarApartAreNoConflict() {
        long incarnation = 0;
        for (int round = 0; round < 10; round++) {
            check(++incarnation, 1 + round % 2);
            now += 61 * SECOND;
        }
        assertThat(claims.conflict()).isFalse();
    }

    /** Statements of many processes that are long gone must not keep a new one from speaking. */
    @Test
    void whatManyOthersOnceSaidKeepsNobodyOut() {
        for (int i = 1; i < 10_000; i++) {
            assertThat(claims.check(i, i, 1, now)).isEqualTo(Claims.Verdict.NEW);
            now += 61 * SECOND;
        }
        for (int i = 9_000; i < 9_999; i++) {
            assertThat(claims.check(i, i, 1, now)).isEqualTo(Claims.Verdict.OLD);
        }
        assertThat(claims.check(10_000, 10_000, 1, now)).isEqualTo(Claims.Verdict.NEW);
        assertThat(claims.conflict()).isFalse();
    }

    @Test
    void repeatingWhatARivalSaidKeepsNoQuarantineUp() {
        theLaterOneIsQuarantined();
        for (int i = 0; i < 50; i++) {
            check(50, 1);
            claims.check(8, 2, 3, now);
        }
        assertThat(claims.settle(now)).isTrue();
    }

    @Test
    void repeatingWhatTheSpeakerSaidDoesNotKeepItAlive() {
        theLaterOneIsQuarantined();
        for (int i = 0; i < 50; i++) {
            now += SECOND / 10;
            claims.check(9, 1, 1, now);
        }
        assertThat(check(100, 2)).isEqualTo(Claims.Verdict.NEW);
    }
}
