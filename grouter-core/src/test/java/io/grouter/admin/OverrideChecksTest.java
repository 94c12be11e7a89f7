package io.grouter.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OverrideChecksTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final RouteUri SHOP = RouteUri.parse("shop.test");

    private final List<SiteView> sites = new ArrayList<>();
    private final Fib.Builder fib = Fib.empty(DC1).next();

    private void site(String name, Freshness freshness, SiteHealth health) {
        SiteInfo info = new SiteInfo("", List.of(), 80, 0, List.of(), List.of(), List.of(), health);
        sites.add(new SiteView(new SiteId(name), freshness, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE));
        fib.sites(sites);
    }

    private void route(String name, boolean here, String... others) {
        List<LearnedOffer> learned = new ArrayList<>();
        for (String other : others) {
            String[] parts = other.split("!", 2);
            Offer offer = new Offer(2, "app");
            learned.add(new LearnedOffer(
                    new SiteId(parts[0]),
                    parts.length > 1 ? offer.labelled(true, null, List.of(), new int[0]) : offer));
        }
        fib.put(new RouteEntry(RouteUri.parse(name), here ? new Offer(1, "app") : null, learned));
    }

    private OverrideChecks checks() {
        return new OverrideChecks(fib.build());
    }

    private @Nullable String force(String site) {
        return checks().force(SHOP, new SiteId(site), SiteHealth.idle(2));
    }

    @Test
    void aRouteIsDrainedWhenAFitAndFreshSiteHasIt() {
        site("dc2", Freshness.FRESH, SiteHealth.idle(1));
        route("shop.test", true, "dc2");
        assertThat(checks().here(SHOP)).isTrue();
        assertThat(checks().drainRoute(SHOP)).isNull();
    }

    @Test
    void aRouteThatNobodyElseHasIsNotDrained() {
        site("dc2", Freshness.FRESH, SiteHealth.idle(1));
        route("shop.test", true);
        route("shop.test/v1", true, "dc2");
        assertThat(checks().drainRoute(SHOP))
                .isEqualTo("no other site that is fit and fresh offers exactly shop.test: "
                        + "none of 1 known site besides this one has it");
        assertThat(checks().here(RouteUri.parse("nobody.test"))).isFalse();
    }

    @Test
    void sitesThatCannotTakeItDoNotCount() {
        site("dc2", Freshness.SUSPECT, SiteHealth.idle(1));
        site("dc3", Freshness.FRESH, SiteHealth.NONE);
        site("dc4", Freshness.FRESH, SiteHealth.idle(3).withDraining(true));
        site("dc5", Freshness.FRESH, SiteHealth.idle(3));
        route("shop.test", true, "dc2", "dc3", "dc4", "dc5!");
        assertThat(checks().drainRoute(SHOP))
                .isEqualTo("no other site that is fit and fresh offers exactly shop.test: "
                        + "dc2 is SUSPECT, 1 healthy GoRouter; dc3 is FRESH, 0 healthy GoRouters; "
                        + "dc4 is FRESH, draining, 3 healthy GoRouters; "
                        + "dc5 is FRESH, 3 healthy GoRouters, drains the route");
    }

    @Test
    void aRouteIsForcedToASiteThatHasItAndIsFit() {
        site("dc2", Freshness.FRESH, SiteHealth.idle(1));
        site("dc3", Freshness.FRESH, SiteHealth.NONE);
        site("dc4", Freshness.FRESH, SiteHealth.idle(1));
        route("shop.test", true, "dc2", "dc3");
        assertThat(force("dc2")).isNull();
        assertThat(force("dc1")).as("this site").isNull();
        assertThat(force("dc3")).isEqualTo("site dc3 is not fit for shop.test: dc3 is FRESH, 0 healthy GoRouters");
        assertThat(force("dc4")).isEqualTo("site dc4 does not offer shop.test (offered by: dc2; dc3)");
        assertThat(force("dc9")).isEqualTo("nothing is known of site dc9 (known: dc2; dc3; dc4)");
        assertThat(checks().force(SHOP, DC1, SiteHealth.NONE))
                .isEqualTo("site dc1, this one, is not fit: 0 healthy GoRouters");
        assertThat(checks().force(RouteUri.parse("x.test"), DC1, SiteHealth.idle(1)))
                .isEqualTo("site dc1, this one, does not have x.test");
        assertThat(checks().force(RouteUri.parse("x.test"), new SiteId("dc2"), SiteHealth.idle(1)))
                .isEqualTo("site dc2 does not offer x.test; no other site does");
    }

    @Test
    void theLastSiteIsNotDrained() {
        assertThat(checks().drainSite()).isEqualTo("this is the last site: of 0 other sites none is fit and fresh");
        site("dc2", Freshness.STALE, SiteHealth.idle(1));
        assertThat(checks().drainSite())
                .isEqualTo("this is the last site: of 1 other site none is fit and fresh: "
                        + "dc2 is STALE, 1 healthy GoRouter");
    }

    @Test
    void aSiteWithRoutesOfItsOwnIsNotDrained() {
        site("dc2", Freshness.FRESH, SiteHealth.idle(1));
        for (int i = 0; i < 30; i++) {
            route("app-" + (10 + i) + ".test", true, i < 18 ? new String[0] : new String[] {"dc2"});
            route("there-" + i + ".test", false, "dc2");
        }
        assertThat(checks().drainSite())
                .isEqualTo("18 of the 30 routes of this site are at no other site that is fit and fresh: "
                        + "app-10.test, app-11.test, app-12.test, app-13.test, app-14.test, app-15.test, "
                        + "app-16.test, app-17.test, app-18.test, app-19.test and 8 more");
        for (int i = 0; i < 18; i++) {
            route("app-" + (10 + i) + ".test", true, "dc2");
        }
        assertThat(checks().drainSite()).isNull();
    }
}
