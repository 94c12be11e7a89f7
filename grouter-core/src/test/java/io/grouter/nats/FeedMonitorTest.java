package io.grouter.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.FeedState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FeedMonitorTest {
    private final FeedMonitor feed = new FeedMonitor(Duration.ofSeconds(20));

    private long drops;

    private FeedState at(int second, long connects, boolean connected) {
        return feed.tick(connects, connected, drops, Duration.ofSeconds(second).toNanos());
    }

    private void message(int second) {
        feed.onMessage(Duration.ofSeconds(second).toNanos());
    }

    @Test
    void warmsUpForOneIntervalAfterTheFirstConnection() {
        assertThat(at(0, 0, false)).isEqualTo(FeedState.WARMING);
        assertThat(at(5, 1, true)).isEqualTo(FeedState.WARMING);
        message(6);
        assertThat(at(24, 1, true)).isEqualTo(FeedState.WARMING);
        assertThat(at(25, 1, true)).isEqualTo(FeedState.LIVE);
    }

    @Test
    void staysWarmingAsLongAsNothingWasHeard() {
        at(0, 1, true);
        assertThat(at(59, 1, true)).isEqualTo(FeedState.WARMING);
        assertThat(at(61, 1, true)).isEqualTo(FeedState.SILENT);
    }

    @Test
    void threeSilentIntervalsAreSilenceAndOneMessageEndsIt() {
        at(0, 1, true);
        message(1);
        assertThat(at(60, 1, true)).isEqualTo(FeedState.LIVE);
        assertThat(at(62, 1, true)).isEqualTo(FeedState.SILENT);
        message(70);
        assertThat(at(70, 1, true)).isEqualTo(FeedState.LIVE);
    }

    @Test
    void aFeedThatWasSilentFromTheStartWarmsUpWhenItSpeaks() {
        at(0, 1, true);
        assertThat(at(61, 1, true)).isEqualTo(FeedState.SILENT);
        message(70);
        assertThat(at(70, 1, true)).isEqualTo(FeedState.WARMING);
        message(80);
        assertThat(at(89, 1, true)).isEqualTo(FeedState.WARMING);
        assertThat(at(90, 1, true)).isEqualTo(FeedState.LIVE);
    }

    @Test
    void aLostConnectionIsLostAndComesBackWarming() {
        at(0, 1, true);
        message(1);
        assertThat(at(30, 1, true)).isEqualTo(FeedState.LIVE);
        assertThat(at(31, 1, false)).isEqualTo(FeedState.LOST);
        assertThat(at(40, 2, true)).isEqualTo(FeedState.WARMING);
        message(41);
        assertThat(at(60, 2, true)).isEqualTo(FeedState.LIVE);
    }

    @Test
    void aReconnectBetweenTwoTicksIsNotOverlooked() {
        at(0, 1, true);
        message(1);
        at(30, 1, true);
        assertThat(at(31, 2, true)).isEqualTo(FeedState.WARMING);
    }

    @Test
    void lostMessagesMakeTheTableSuspectForOneInterval() {
        at(0, 1, true);
        message(1);
        assertThat(at(30, 1, true)).isEqualTo(FeedState.LIVE);
        drops = 7;
        message(31);
        assertThat(at(31, 1, true)).isEqualTo(FeedState.WARMING);
        assertThat(feed.why()).contains("lost");
        message(40);
        assertThat(at(40, 1, true)).isEqualTo(FeedState.WARMING);
        drops = 8;
        assertThat(at(45, 1, true)).isEqualTo(FeedState.WARMING);
        message(50);
        assertThat(at(64, 1, true)).isEqualTo(FeedState.WARMING);
        assertThat(at(65, 1, true)).isEqualTo(FeedState.LIVE);
    }

    @Test
    void aRestoredTableStandsForTheFirstInterval() {
        feed.onRestored();
        assertThat(at(0, 0, false)).isEqualTo(FeedState.WARMING);
        assertThat(at(1, 1, true)).isEqualTo(FeedState.LIVE);
        assertThat(at(5, 1, false)).isEqualTo(FeedState.LOST);
        assertThat(at(6, 2, true)).isEqualTo(FeedState.WARMING);
    }

    @Test
    void silenceThatEndsInAReconnectWarmsUpAgain() {
        at(0, 1, true);
        message(1);
        assertThat(at(70, 1, true)).isEqualTo(FeedState.SILENT);
        assertThat(at(71, 2, true)).isEqualTo(FeedState.WARMING);
    }
}
