package io.grouter.rib;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.Fib;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JournalTest {
    private static final SiteId DC1 = new SiteId("dc1");

    private final Journal journal = new Journal(5, () -> 42);

    private void add(int from, int to) {
        List<RibEvent> events = IntStream.range(from, to)
                .<RibEvent>mapToObj(i -> new RibEvent.RouteRemoved(DC1, RouteUri.parse("r" + i), Cause.EXPIRED))
                .toList();
        journal.onPublished(Fib.empty(DC1), List.of(), events);
    }

    private List<Long> ids(long before, int limit) {
        return journal.newest(before, limit, event -> true).stream()
                .map(Journal.Entry::id)
                .toList();
    }

    @Test
    void keepsTheNewestAndNoMore() {
        add(0, 3);
        assertThat(ids(Long.MAX_VALUE, 10)).containsExactly(2L, 1L, 0L);
        add(3, 7);
        assertThat(ids(Long.MAX_VALUE, 10)).containsExactly(6L, 5L, 4L, 3L, 2L);
        assertThat(ids(5, 2)).containsExactly(4L, 3L);
        assertThat(journal.total()).isEqualTo(7);
    }

    @Test
    void aBatchLargerThanTheJournalLeavesItsEnd() {
        add(0, 1);
        add(1, 20);
        assertThat(ids(Long.MAX_VALUE, 10)).containsExactly(19L, 18L, 17L, 16L, 15L);
        assertThat(journal.newest(Long.MAX_VALUE, 1, event -> true).get(0))
                .isEqualTo(new Journal.Entry(
                        19, 42, new RibEvent.RouteRemoved(DC1, RouteUri.parse("r19"), Cause.EXPIRED)));
    }

    @Test
    void isReadOnFromAnId() {
        add(0, 7);
        assertThat(journal.from(5, 10)).extracting(Journal.Entry::id).containsExactly(5L, 6L);
        assertThat(journal.from(0, 2)).extracting(Journal.Entry::id).containsExactly(2L, 3L);
        assertThat(journal.from(7, 10)).isEmpty();
    }
}
