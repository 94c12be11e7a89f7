package io.grouter.rib;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.testing.Seed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OfferTableTest {
    @Test
    void sameContentGivesSameDigestsWhateverTheWayThere() {
        Random random = Seed.random("OfferTableTest.sameContentGivesSameDigestsWhateverTheWayThere");
        OfferTable busy = new OfferTable();
        Map<RouteUri, Offer> content = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            RouteUri uri = RouteUri.parse("app-" + random.nextInt(3_000) + ".test/" + random.nextInt(2));
            Offer offer = random.nextInt(3) == 0 ? null : new Offer(1 + random.nextInt(9), "g" + random.nextInt(5));
            busy.set(uri, offer);
            if (offer == null) {
                content.remove(uri);
            } else {
                content.put(uri, offer);
            }
        }
        OfferTable direct = new OfferTable();
        List<RouteUri> order = new ArrayList<>(content.keySet());
        Collections.shuffle(order, random);
        order.forEach(uri -> direct.set(uri, content.get(uri)));
        assertThat(busy.size()).isEqualTo(content.size());
        assertThat(busy.digest()).isEqualTo(direct.digest());
        for (int bucket = 0; bucket < OfferTable.BUCKETS; bucket++) {
            assertThat(busy.digest(bucket)).isEqualTo(direct.digest(bucket));
            assertThat(busy.uris(bucket)).containsExactlyInAnyOrderElementsOf(direct.uris(bucket));
        }
    }

    @Test
    void everyPartOfAnOfferCounts() {
        long plain = digest("a.test", new Offer(1, "g"));
        assertThat(digest("a.test", new Offer(2, "g"))).isNotEqualTo(plain);
        assertThat(digest("a.test", new Offer(1, "h"))).isNotEqualTo(plain);
        assertThat(digest("b.test", new Offer(1, "g"))).isNotEqualTo(plain);
        assertThat(digest("a.test/x", new Offer(1, "g"))).isNotEqualTo(plain);
    }

    private static long digest(String uri, Offer offer) {
        OfferTable table = new OfferTable();
        table.set(RouteUri.parse(uri), offer);
        return table.digest();
    }

    @Test
    void emptyAgainIsLikeNew() {
        OfferTable table = new OfferTable();
        table.set(RouteUri.parse("a.test"), new Offer(1, ""));
        assertThat(table.set(RouteUri.parse("a.test"), null)).isEqualTo(new Offer(1, ""));
        assertThat(table.set(RouteUri.parse("a.test"), null)).isNull();
        assertThat(table.digest()).isZero();
        assertThat(table.size()).isZero();
    }
}
