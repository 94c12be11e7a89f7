package io.grouter.rib;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OperatorOverride.Kind;
import io.grouter.overrides.Overrides;
import io.grouter.route.Endpoint;
import io.grouter.route.FeedState;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.PolicyRule;
import io.grouter.route.RedirectMode;
import io.grouter.route.RouteChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SessionHint;
import io.grouter.route.SiteId;
import io.grouter.testing.Configs;
import io.grouter.testing.Seed;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a site says of its routes, from what it hears to what others are told. */
class OfferMakerTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final RouteUri APP = RouteUri.parse("app.test");
    private static final String BLUE = new UUID(1, 1).toString();
    private static final String GREEN = new UUID(2, 2).toString();

    private final List<OfferChange> announced = new ArrayList<>();

    private static Rib rib(boolean sessions, PolicyRule... rules) {
        return new Rib(Configs.rib(), DC1, new OfferPolicy(List.of(rules), sessions), new PrometheusRegistry());
    }

    private static PolicyRule rule(String host, String organization, String space, String app, String... regions) {
        return new PolicyRule(host, organization, space, app, RedirectMode.ALWAYS, List.of(regions));
    }

    private static Endpoint instance(int port, String app, Map<String, String> tags) {
        String id = new UUID(7, port).toString();
        return new Endpoint("10.0.0.1:" + port, false, app, id, "0", "", "", "", 0, tags);
    }

    private static void register(Rib rib, RouteUri uri, Endpoint endpoint) {
        rib.apply(new RouteChange.Register(uri, endpoint), 0);
    }

    private Offer offer(Rib rib, RouteUri uri) {
        rib.publish((fib, changes, events) -> announced.addAll(changes));
        Offer offer = rib.ownOffers().get(uri);
        if (offer == null) {
            throw new AssertionError("no offer for " + uri);
        }
        return offer;
    }

    private Offer tagged(Rib rib, String... tags) {
        Map<String, String> all = new java.util.TreeMap<>();
        for (int i = 0; i < tags.length; i += 2) {
            all.put(tags[i], tags[i + 1]);
        }
        register(rib, APP, instance(1, BLUE, all));
        return offer(rib, APP);
    }

    // ---- tags and rules

    @Test
    void tagsBecomeLabels() {
        Offer offer = tagged(rib(false), "grouter-regions", "eu.us", "grouter-redirect", "Never");
        assertThat(offer.regions()).containsExactly("eu", "us");
        assertThat(offer.redirect()).isEqualTo(RedirectMode.NEVER);
        assertThat(tagged(rib(false), "grouter-redirect", "always").redirect()).isEqualTo(RedirectMode.ALWAYS);
        assertThat(tagged(rib(false), "grouter-redirect", "auto").redirect()).isEqualTo(RedirectMode.AUTO);
        assertThat(tagged(rib(false), "grouter-redirect", "sometimes").redirect())
                .isNull();
        assertThat(tagged(rib(false), "other", "eu")).isEqualTo(new Offer(1, BLUE));
        assertThat(tagged(rib(false))).isEqualTo(new Offer(1, BLUE));
    }

    @Test
    void aPinWithAMistakeIsAPinToNowhere() {
        for (String value : List.of("", ",", "EU", "e u!")) {
            Offer offer = tagged(rib(false), "grouter-regions", value);
            assertThat(offer.regions()).isNotEmpty();
            assertThat(offer.allows("eu") || offer.allows("")).isFalse();
        }
    }

    @Test
    void rulesByOrganizationSpaceAppAndHostBecomeLabels() {
        String[] tags = {"organization_name", "bank", "space_name", "prod", "app_name", "shop"};
        List<PolicyRule> fitting = List.of(
                rule("", "bank", "", "", "eu"),
                rule("", "", "prod", "", "eu"),
                rule("", "bank", "prod", "", "eu"),
                rule("", "", "", "shop", "eu"),
                rule("", "", "", BLUE, "eu"),
                rule("app.test", "bank", "prod", "shop", "eu"),
                rule("*.test", "bank", "", "", "eu"));
        for (PolicyRule rule : fitting) {
            Offer offer = tagged(rib(false, rule), tags);
            assertThat(offer.regions()).as("%s", rule).containsExactly("eu");
            assertThat(offer.redirect()).as("%s", rule).isEqualTo(RedirectMode.ALWAYS);
        }
        List<PolicyRule> others = List.of(
                rule("", "other", "", "", "eu"),
                rule("", "bank", "test", "", "eu"),
                rule("", "", "", GREEN, "eu"),
                rule("other.test", "bank", "", "", "eu"));
        for (PolicyRule rule : others) {
            assertThat(tagged(rib(false, rule), tags)).as("%s", rule).isEqualTo(new Offer(1, BLUE));
        }
        assertThat(tagged(rib(false, rule("", "", "", BLUE, "eu"))).regions())
                .as("an app without tags")
                .containsExactly("eu");
    }

    @Test
    void theFirstRuleThatFitsCountsAndMoreThanTheTag() {
        Rib rib = rib(false, rule("", "x", "", "", "us"), rule("", "o", "", "", "eu"), rule("", "o", "", "", "asia"));
        assertThat(tagged(rib, "organization_name", "o", "grouter-regions", "us", "grouter-redirect", "never"))
                .isEqualTo(new Offer(1, BLUE).labelled(false, RedirectMode.ALWAYS, List.of("eu"), new int[0]));
        Rib noRegions = rib(false, rule("", "o", "", ""));
        assertThat(tagged(noRegions, "organization_name", "o", "grouter-regions", "us")
                        .regions())
                .as("a rule without regions takes none away")
                .containsExactly("us");
    }

    /** Every site can apply a rule about a host itself, even before it hears of the route. */
    @Test
    void rulesByHostAloneAreNoLabels() {
        assertThat(tagged(rib(false, rule("app.test", "", "", "", "eu")))).isEqualTo(new Offer(1, BLUE));
    }

    @Test
    void labelsFollowTheTags() {
        Rib rib = rib(false);
        tagged(rib, "grouter-regions", "eu");
        assertThat(tagged(rib, "grouter-regions", "us").regions()).containsExactly("us");
        assertThat(tagged(rib)).isEqualTo(new Offer(1, BLUE));
        assertThat(announced).hasSize(3);
    }

    /** Blue and green share a route for a while: it goes only where both may be served. */
    @Test
    void aRouteOfSeveralAppsIsPinnedWhereAllOfThemMayBe() {
        Rib rib = rib(false);
        register(rib, APP, instance(1, BLUE, Map.of()));
        register(rib, APP, instance(2, GREEN, Map.of("grouter-regions", "us,eu")));
        assertThat(offer(rib, APP).regions()).containsExactly("us", "eu");
        register(rib, APP, instance(3, BLUE, Map.of("grouter-regions", "eu,asia")));
        assertThat(offer(rib, APP).regions()).containsExactly("eu");
        register(rib, APP, instance(4, BLUE, Map.of("grouter-regions", "us")));
        assertThat(offer(rib, APP).allows("eu") || offer(rib, APP).allows("us")).isFalse();
        rib.apply(new RouteChange.Unregister(APP, instance(4, BLUE, Map.of())), 0);
        assertThat(offer(rib, APP).regions()).containsExactly("eu");
    }

    // ---- sessions and order

    @Test
    void instancesAreHintedAt() {
        Rib rib = rib(true);
        register(rib, APP, instance(1, BLUE, Map.of()));
        register(rib, APP, new Endpoint("10.0.0.2:1", false, BLUE, "", "0", "", "", "", 0, Map.of()));
        Offer offer = offer(rib, APP);
        assertThat(offer.instances()).isEqualTo(2);
        assertThat(offer.hasSession(SessionHint.of(new UUID(7, 1).toString()))).isTrue();
        assertThat(offer.extension()).as("one hint").hasSize(4);
        rib.apply(new RouteChange.Unregister(APP, instance(1, BLUE, Map.of())), 0);
        assertThat(offer(rib, APP)).isEqualTo(new Offer(1, BLUE));
    }

    @Test
    void nodesThatHeardTheSameInAnyOrderSayTheSame() {
        Random random = Seed.random("OfferMakerTest");
        for (int round = 0; round < 100; round++) {
            List<RouteChange> heard = heard(random, round % 10 == 0 ? 300 : 1 + random.nextInt(6));
            List<Offer> offers = new ArrayList<>();
            List<Long> digests = new ArrayList<>();
            for (int node = 0; node < 3; node++) {
                Rib rib = rib(true, rule("", "o1", "", "", "eu"), rule("", "", "", BLUE, "us", "eu"));
                // Numbers of sets of tags differ from node to node.
                register(rib, RouteUri.parse("n" + node + ".test"), instance(1, BLUE, Map.of("n", "" + node)));
                Collections.shuffle(heard, random);
                heard.forEach(each -> rib.apply(each, 0));
                offers.add(offer(rib, APP));
                rib.apply(
                        new RouteChange.Unregister(RouteUri.parse("n" + node + ".test"), instance(1, BLUE, Map.of())),
                        0);
                offer(rib, APP);
                digests.add(rib.ownOffers().digest());
            }
            assertThat(offers).containsOnly(offers.get(0));
            assertThat(digests).containsOnly(digests.get(0));
        }
    }

    private static List<RouteChange> heard(Random random, int count) {
        List<RouteChange> heard = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            Map<String, String> tags = switch (random.nextInt(4)) {
                case 0 -> Map.of();
                case 1 -> Map.of("organization_name", "o" + random.nextInt(3));
                case 2 -> Map.of("grouter-regions", random.nextBoolean() ? "eu,us" : "us,eu");
                default -> Map.of("grouter-redirect", "never", "space_name", "s" + random.nextInt(9));
            };
            heard.add(new RouteChange.Register(APP, instance(i, random.nextBoolean() ? BLUE : GREEN, tags)));
        }
        return heard;
    }

    // ---- drains

    private static Overrides orders(Kind kind, RouteUri uri, @Nullable SiteId to) {
        return new Overrides(List.of(new OperatorOverride(kind, uri, to, "me", "test", 0, 1)));
    }

    @Test
    void theDrainMarkComesAndGoesWithTheOrder() {
        Rib rib = rib(true);
        register(rib, APP, instance(1, BLUE, Map.of("grouter-regions", "eu")));
        Offer plain = offer(rib, APP);
        rib.overrides(orders(Kind.DRAIN_ROUTE, APP, null));
        Offer drained = offer(rib, APP);
        assertThat(drained.draining()).isTrue();
        assertThat(drained.regions()).containsExactly("eu");
        assertThat(drained.hasSession(SessionHint.of(new UUID(7, 1).toString())))
                .isTrue();
        assertThat(rib.fib().get(APP)).extracting("own").isEqualTo(drained);
        rib.overrides(orders(Kind.FORCE_ROUTE, APP, DC2));
        assertThat(offer(rib, APP)).isEqualTo(drained);
        rib.overrides(orders(Kind.FORCE_ROUTE, APP, DC1));
        assertThat(offer(rib, APP)).isEqualTo(plain);
        rib.overrides(orders(Kind.DRAIN_ROUTE, APP, null));
        rib.overrides(Overrides.NONE);
        assertThat(offer(rib, APP)).isEqualTo(plain);
        assertThat(announced)
                .containsExactly(
                        new OfferChange(APP, plain), new OfferChange(APP, drained), new OfferChange(APP, plain));
    }

    @Test
    void aDrainOfWhatIsNotHereWaitsUntilItIs() {
        Rib rib = rib(true);
        rib.overrides(orders(Kind.DRAIN_ROUTE, APP, null));
        rib.publish((fib, changes, events) -> announced.addAll(changes));
        assertThat(announced).isEmpty();
        register(rib, APP, instance(1, BLUE, Map.of()));
        assertThat(offer(rib, APP).draining()).isTrue();
        register(rib, RouteUri.parse("app.test/v2"), instance(1, BLUE, Map.of()));
        assertThat(offer(rib, RouteUri.parse("app.test/v2")).draining())
                .as("only exactly that route")
                .isFalse();
    }

    /** What a sibling knows is announced as it says, until this node hears of it itself. */
    @Test
    void whatOnlyASiblingKnowsKeepsItsLabels() {
        Rib rib = rib(true);
        Offer theirs = new Offer(1, BLUE).labelled(true, null, List.of("eu"), new int[] {5});
        rib.sibling(new OfferChange(APP, theirs));
        assertThat(offer(rib, APP)).isEqualTo(theirs);
        register(rib, APP, instance(1, BLUE, Map.of()));
        rib.feed(FeedState.LIVE, "test", 0);
        assertThat(offer(rib, APP).regions()).isEmpty();
    }
}
