package io.grouter.admin;

import io.grouter.fib.Fib;
import io.grouter.fib.RouteEntry;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.Overrides;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import io.grouter.steering.OwnSite;
import io.grouter.steering.RequestFacts;
import io.grouter.steering.Rule;
import io.grouter.steering.Steering;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an order would change: every route it is about is decided twice, with it and without it, as for a plain GET of one
 * client, by the code that decides requests. Changes nothing; used by one thread, once.
 */
final class DryRun {
    private static final int MOST_ROUTES = 100;
    private static final String CLIENT = "127.0.0.1";
    /** What a request meets that has nowhere good to go. */
    private static final Set<Rule> NOWHERE = EnumSet.of(Rule.NO_FIT_SITE, Rule.LAST_SITE, Rule.KNOWN_EMPTY);

    private static final Set<Rule> LEAVES = EnumSet.of(Rule.DRAINED_ROUTE, Rule.DRAINED_SITE);

    private final Fib fib;
    private final OwnSite before;
    private final Overrides current;
    private final Steering steering;

    private final Map<Move, Integer> moves = new HashMap<>();
    private final TreeMap<RouteUri, Map<String, Object>> first = new TreeMap<>();
    private int considered;
    private int moved;
    private int withoutSite;

    private record Move(@Nullable SiteId from, @Nullable SiteId to, String how) {}

    DryRun(Fib fib, OwnSite now, Overrides current, Steering steering) {
        this.fib = fib;
        this.before = now;
        this.current = current;
        this.steering = steering;
    }

    /**
     * Returns what giving an order would change.
     *
     * @param refused why it would be refused, or null
     */
    AdminApi.Answer of(OperatorOverride order, @Nullable String refused) {
        List<OperatorOverride> then = without(order);
        then.add(order);
        return answer(order, then, order.to() == null, refused);
    }

    /** Returns what taking an order back would change. */
    AdminApi.Answer ofRemoving(OperatorOverride order) {
        return answer(order, without(order), false, null);
    }

    private List<OperatorOverride> without(OperatorOverride order) {
        List<OperatorOverride> all = new ArrayList<>(current.all());
        all.removeIf(each -> Objects.equals(each.route(), order.route()));
        return all;
    }

    private AdminApi.Answer answer(
            OperatorOverride order, List<OperatorOverride> then, boolean drains, @Nullable String refused) {
        Overrides overrides = new Overrides(then);
        boolean leavesAnyway = before.health().draining() && current.ofSite() == null;
        OwnSite after = new OwnSite(
                before.health().withDraining(leavesAnyway || overrides.ofSite() != null),
                before.spillPermille(),
                overrides);
        RouteUri uri = order.route();
        if (uri == null) {
            fib.forEach(route -> {
                if (route.local()) {
                    look(route, after, drains);
                }
            });
        } else {
            RouteEntry route = fib.get(uri);
            if (route != null) {
                look(route, after, drains);
            }
        }
        return AdminApi.Answer.json(200, describe(order, refused));
    }

    private void look(RouteEntry route, OwnSite after, boolean drains) {
        RouteUri uri = route.uri();
        String host = uri.wildcard() ? "any" + uri.host().substring(1) : uri.host();
        RequestFacts asked = new RequestFacts(false, host, uri.path().isEmpty() ? "/" : uri.path(), CLIENT);
        Decision was = steering.decide(fib, before, asked);
        Decision becomes = steering.decide(fib, after, asked);
        SiteId from = Decisions.site(was, fib.ownSite());
        SiteId to = Decisions.site(becomes, fib.ownSite());
        considered++;
        boolean moves = !Objects.equals(from, to);
        if (moves) {
            moved++;
            this.moves.merge(new Move(from, to, Decisions.kind(becomes)), 1, Integer::sum);
        }
        boolean stuck = to == null
                || NOWHERE.contains(becomes.rule())
                || (drains && route.local() && to.equals(fib.ownSite()) && !LEAVES.contains(becomes.rule()));
        if (stuck) {
            withoutSite++;
        }
        if (moves || stuck) {
            note(route, from, to, becomes, stuck);
        }
    }

    private void note(RouteEntry route, @Nullable SiteId from, @Nullable SiteId to, Decision becomes, boolean stuck) {
        if (first.size() >= MOST_ROUTES && route.uri().compareTo(first.lastKey()) > 0) {
            return;
        }
        Map<String, Object> body = move(from, to, Decisions.kind(becomes));
        body.put("reason", becomes.rule().reason());
        body.put("withoutSite", stuck);
        Map<String, Object> named = new LinkedHashMap<>();
        named.put("route", route.uri().toString());
        named.putAll(body);
        first.put(route.uri(), named);
        if (first.size() > MOST_ROUTES) {
            first.pollLastEntry();
        }
    }

    private static Map<String, Object> move(@Nullable SiteId from, @Nullable SiteId to, String how) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("from", from == null ? null : from.name());
        body.put("to", to == null ? null : to.name());
        body.put("how", how);
        return body;
    }

    private Map<String, Object> describe(OperatorOverride order, @Nullable String refused) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("dryRun", true);
        body.put("override", OverrideView.of(order, "site"));
        body.put("refused", refused);
        body.put("considered", considered);
        body.put("moved", moved);
        body.put(
                "moves",
                moves.entrySet().stream()
                        .sorted(Map.Entry.<Move, Integer>comparingByValue(Comparator.reverseOrder()))
                        .map(each -> {
                            Move move = each.getKey();
                            Map<String, Object> counted = move(move.from(), move.to(), move.how());
                            counted.put("routes", each.getValue());
                            return counted;
                        })
                        .toList());
        body.put("stay", considered - moved);
        body.put("withoutSite", withoutSite);
        body.put("routes", List.copyOf(first.values()));
        body.put("next", null);
        return body;
    }
}
