package io.grouter.sim.whatif;

import static io.grouter.sim.whatif.Examples.answer;
import static io.grouter.sim.whatif.Examples.load;
import static io.grouter.sim.whatif.Examples.page;
import static io.grouter.sim.whatif.Examples.sites;
import static io.grouter.sim.whatif.Examples.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grouter.app.ConfigException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The arithmetic: what enters somewhere is served somewhere or fails, and where. */
class WhatIfTest {
    private static final Offset<Double> EXACT = within(1e-6);
    /** Where it depends on the client, some clients stand for all. */
    private static final Offset<Double> SAMPLED = within(3.0);

    private static void isBalanced(Answer answer) {
        for (Moment each : answer.moments()) {
            double served = each.loads().stream().mapToDouble(SiteLoad::served).sum();
            assertThat(served + each.failedRate()).isCloseTo(answer.requestsPerSecond(), EXACT);
            assertThat(each.loads().stream()
                            .mapToDouble(SiteLoad::redirectedOut)
                            .sum())
                    .isCloseTo(
                            each.loads().stream()
                                    .mapToDouble(SiteLoad::redirectedIn)
                                    .sum(),
                            EXACT);
            assertThat(each.loads().stream().mapToDouble(SiteLoad::relayedOut).sum())
                    .isCloseTo(
                            each.loads().stream()
                                    .mapToDouble(SiteLoad::relayedIn)
                                    .sum(),
                            EXACT);
        }
    }

    @Test
    void aRouteInOneSiteIsLostWithIt() throws ConfigException {
        Answer answer = answer(tables(page("a.apps.test dc1", "b.apps.test dc2"), sites("", "")), "", "lose site dc2");
        isBalanced(answer);
        Moment before = answer.moments().get(0);
        assertThat(load(before, "dc1").entering()).isCloseTo(100, EXACT);
        assertThat(load(before, "dc1").served()).isCloseTo(100, EXACT);
        assertThat(load(before, "dc1").redirectedOut()).isCloseTo(50, EXACT);
        assertThat(load(before, "dc1").redirectedIn()).isCloseTo(50, EXACT);
        assertThat(before.inOne()).isEqualTo(2);
        assertThat(before.fellToOne()).isEmpty();
        Moment after = answer.moments().get(1);
        assertThat(load(after, "dc1").entering()).isCloseTo(200, EXACT);
        assertThat(load(after, "dc1").served()).isCloseTo(100, EXACT);
        assertThat(load(after, "dc1").failed()).isCloseTo(100, EXACT);
        assertThat(load(after, "dc2").entering()).isZero();
        assertThat(load(after, "dc2").state()).isEqualTo("lost");
        assertThat(after.withoutSite()).containsExactly("b.apps.test");
        assertThat(after.failed()).containsOnlyKeys(Flow.NO_SITE_LEFT);
        assertThat(after.inOne()).isEqualTo(1);
    }

    @Test
    void aRouteInTwoSitesHasOneLeft() throws ConfigException {
        Answer answer =
                answer(tables(page("a.apps.test dc1 dc2"), sites("", "", "")), "", "lose site dc2", "restore site dc2");
        isBalanced(answer);
        Moment before = answer.moments().get(0);
        assertThat(load(before, "dc1").served()).isCloseTo(50, SAMPLED);
        assertThat(load(before, "dc3").redirectedOut()).isCloseTo(100 / 3.0, EXACT);
        Moment after = answer.moments().get(1);
        assertThat(load(after, "dc1").served()).isCloseTo(100, EXACT);
        assertThat(load(after, "dc1").redirectedIn()).isCloseTo(50, EXACT);
        assertThat(after.fellToOne()).containsExactly("a.apps.test");
        assertThat(after.withoutSite()).isEmpty();
        assertThat(answer.moments().get(2).loads()).isEqualTo(before.loads());
    }

    @Test
    void aRouteInThreeSitesGoesToTheTwoThatAreLeft() throws ConfigException {
        Answer answer = answer(
                tables(page("a.apps.test dc1 dc2 dc3"), sites("", "", "")),
                "sites: [{site: dc1, weight: 3}, {site: dc2, weight: 2}]\n",
                "lose site dc3");
        isBalanced(answer);
        Moment after = answer.moments().get(1);
        assertThat(load(after, "dc1").served()).isCloseTo(60, EXACT);
        assertThat(load(after, "dc2").served()).isCloseTo(40, EXACT);
        assertThat(after.fellToOne()).isEmpty();
    }

    @Test
    void withoutAnySiteNobodyEnters() throws ConfigException {
        Answer answer =
                answer(tables(page("a.apps.test dc1 dc2"), sites("", "")), "", "lose site dc1", "lose site dc2");
        isBalanced(answer);
        assertThat(answer.moments().get(2).failed()).containsOnlyKeys(Flow.NO_ENTRY);
    }

    @Test
    void clientsEnterAtASiteOfNoWeightWhenThereIsNoOther() throws ConfigException {
        Answer answer = answer(
                tables(page("a.apps.test dc1 dc2"), sites("", "")),
                "sites: [{site: dc2, weight: 0}]\n",
                "lose site dc1");
        assertThat(load(answer.moments().get(0), "dc2").entering()).isZero();
        assertThat(load(answer.moments().get(1), "dc2").served()).isCloseTo(100, EXACT);
    }

    @Test
    void aSiteIsOverItsCapacity() throws ConfigException {
        Answer answer = answer(
                tables(page("a.apps.test dc1 dc2"), sites("", "")),
                "sites: [{site: dc1, capacity: 80}, {site: dc2, capacity: 100}]\n",
                "lose site dc2",
                "restore",
                "lose site dc1");
        assertThat(load(answer.moments().get(0), "dc1").over()).isFalse();
        assertThat(load(answer.moments().get(1), "dc1").over()).isTrue();
        assertThat(load(answer.moments().get(1), "dc1").share()).isCloseTo(1.25, EXACT);
        assertThat(load(answer.moments().get(3), "dc2").over()).isFalse();
        assertThat(TextAnswer.of(answer)).contains(" 125% OVER\n").contains(" 100%\n");
    }

    @Test
    void aDrainedSiteServesOnlyWhatNoOtherHas() throws ConfigException {
        Answer answer = answer(
                tables(page("a.apps.test dc1 dc2", "b.apps.test dc2"), sites("", "")), "", "drain site dc2", "restore");
        isBalanced(answer);
        Moment drained = answer.moments().get(1);
        assertThat(load(drained, "dc1").served()).isCloseTo(100, EXACT);
        assertThat(load(drained, "dc2").served()).isCloseTo(100, EXACT);
        assertThat(load(drained, "dc2").redirectedOut()).isCloseTo(50, EXACT);
        assertThat(drained.inOne()).isEqualTo(1);
        assertThat(drained.failed()).isEmpty();
        assertThat(answer.moments().get(2).loads())
                .isEqualTo(answer.moments().get(0).loads());
    }

    @Test
    void aDrainedRouteLeavesAloneAndComesBack() throws ConfigException {
        Answer answer = answer(
                tables(page("a.apps.test dc1 dc2", "b.apps.test dc1 dc2"), sites("", "", "")),
                "",
                "drain route a.apps.test dc2",
                "restore route a.apps.test dc2");
        isBalanced(answer);
        double bHere = load(answer.moments().get(0), "dc2").served() / 2;
        assertThat(load(answer.moments().get(1), "dc2").served()).isCloseTo(bHere, SAMPLED);
        assertThat(load(answer.moments().get(2), "dc2").served())
                .isEqualTo(load(answer.moments().get(0), "dc2").served());
    }

    @Test
    void aSiteWithoutGoRoutersSendsAway() throws ConfigException {
        Answer answer = answer(
                tables(page("a.apps.test dc1 dc2", "b.apps.test dc2"), sites("", "")), "", "lose gorouters of dc2");
        isBalanced(answer);
        Moment after = answer.moments().get(1);
        assertThat(load(after, "dc2").entering()).isCloseTo(100, EXACT);
        assertThat(load(after, "dc2").served()).isZero();
        assertThat(load(after, "dc1").served()).isCloseTo(100, EXACT);
        assertThat(after.withoutSite()).containsExactly("b.apps.test");
        assertThat(load(after, "dc2").state()).isEqualTo("no GoRouters");
    }

    @Test
    void whatNoRedirectWouldDoForIsRelayed() throws ConfigException {
        Answer answer = answer(
                tables(page("a.apps.test dc2"), sites("", "")),
                "traffic: {requestsPerSecond: 100, redirectablePercent: 25}\n",
                "restore");
        isBalanced(answer);
        assertThat(load(answer.moments().get(0), "dc1").redirectedOut()).isCloseTo(12.5, EXACT);
        assertThat(load(answer.moments().get(0), "dc1").relayedOut()).isCloseTo(37.5, EXACT);
    }

    @Test
    void aPinnedRouteStaysInItsRegions() throws ConfigException {
        String pin = "steering: {rules: [{host: a.apps.test, regions: [eu]}]}\n";
        Answer answer = answer(
                tables(page("a.apps.test dc1 dc2 dc3", "b.apps.test dc1 dc2"), sites("eu", "us", "eu")),
                pin,
                "lose gorouters of dc1",
                "drain site dc3");
        isBalanced(answer);
        // b has 100 requests, of which dc2 serves some; a has none there.
        assertThat(load(answer.moments().get(0), "dc2").served()).isLessThan(67);
        assertThat(answer.moments().get(1).stuck()).isEmpty();
        assertThat(answer.moments().get(1).fellToOne()).containsExactly("a.apps.test", "b.apps.test");
        assertThat(answer.moments().get(2).stuck()).containsExactly("a.apps.test");
        assertThat(load(answer.moments().get(2), "dc3").served()).isCloseTo(100, EXACT);
    }

    @Test
    void whatIsPinnedElsewhereAndCannotBeRedirectedFails() throws ConfigException {
        Answer answer = answer(
                tables(page("a.apps.test dc2"), sites("us", "eu")),
                "steering: {rules: [{host: a.apps.test, regions: [eu]}]}\n"
                        + "traffic: {requestsPerSecond: 100, redirectablePercent: 40}\n",
                "restore");
        isBalanced(answer);
        assertThat(answer.moments().get(0).failed()).containsOnlyKeys("pinned (421)");
        assertThat(load(answer.moments().get(0), "dc1").failed()).isCloseTo(30, EXACT);
        assertThat(load(answer.moments().get(0), "dc1").redirectedOut()).isCloseTo(20, EXACT);
    }

    @Test
    void trafficIsByTheFirstPatternThatFits() throws ConfigException {
        Answer answer = answer(
                tables(page("*.shop.test dc1", "a.shop.test/x dc1", "b.test dc1"), sites("")),
                "traffic: {requestsPerSecond: 0.5, routes: [{host: a.shop.test, requestsPerSecond: 7},"
                        + " {host: \"*.shop.test\", requestsPerSecond: 20}]}\n",
                "restore");
        assertThat(answer.requestsPerSecond()).isCloseTo(27.5, EXACT);
        isBalanced(answer);
        assertThat(load(answer.moments().get(0), "dc1").served()).isCloseTo(27.5, EXACT);
    }

    @Test
    void whatIsLeftOutIsSaid() throws ConfigException {
        Answer answer = answer(
                tables(page("a.test dc1")),
                "steering: {spill: {enabled: true}, rules: [{space: s, redirect: never}]}\n",
                "restore");
        assertThat(answer.notes())
                .anySatisfy(each -> assertThat(each).startsWith("Spill is left out"))
                .anySatisfy(each -> assertThat(each).startsWith("1 rules by organization"))
                .anySatisfy(each -> assertThat(each).startsWith("Nothing but routes is known of dc1"));
    }

    @Test
    void theSameQuestionHasTheSameAnswer() throws ConfigException {
        Tables tables = tables(page("a.apps.test dc1 dc2", "b.apps.test dc2 dc3"), sites("", "", ""));
        List<String> texts = List.of(
                TextAnswer.of(answer(tables, "", "lose site dc1")), TextAnswer.of(answer(tables, "", "lose site dc1")));
        assertThat(texts.get(0)).isEqualTo(texts.get(1));
    }
}
