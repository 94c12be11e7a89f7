package io.grouter.rib;

import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.Overrides;
import io.grouter.route.Endpoint;
import io.grouter.route.Offer;
import io.grouter.route.PackedEndpoint;
import io.grouter.route.PolicyRule;
import io.grouter.route.RedirectMode;
import io.grouter.route.Regions;
import io.grouter.route.RouteUri;
import io.grouter.route.SessionHint;
import io.grouter.route.SiteId;
import io.grouter.route.TagShapes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes what this site offers of what it has heard, and of what its operators want. Used by the rib thread only. */
final class OfferMaker {
    /** Tag with the regions where an app may be served. */
    static final String REGIONS_TAG = "grouter-regions";
    /** Tag that says how requests for an app get to another site. */
    static final String REDIRECT_TAG = "grouter-redirect";

    private static final int MOST_HINTS = 128;
    private static final int[] NO_HINTS = {};
    private static final Labels UNLABELLED = new Labels(null, List.of());

    private final SiteId ownSite;
    private final OfferPolicy policy;
    private final TagShapes shapes;
    /** Labels by tags alone; what depends on the app, too, is looked at each time. */
    private final Map<Integer, Labels> byShape = new HashMap<>();

    private final boolean byApp;
    private Overrides overrides = Overrides.NONE;

    private record Labels(@Nullable RedirectMode redirect, List<String> regions) {}

    OfferMaker(SiteId ownSite, OfferPolicy policy, TagShapes shapes) {
        this.ownSite = ownSite;
        this.policy = policy;
        this.shapes = shapes;
        this.byApp = policy.rules().stream()
                .anyMatch(rule -> !rule.app().isEmpty() || !rule.host().isEmpty());
    }

    void overrides(Overrides now) {
        overrides = now;
    }

    Overrides overrides() {
        return overrides;
    }

    /** Returns what the site offers for a route, or null when no endpoint is left. */
    @Nullable
    Offer of(@Nullable LocalRoute route) {
        if (route == null || route.count() == 0) {
            return null;
        }
        byte[] speaker = route.row(speaker(route));
        Offer plain = PackedEndpoint.offer(speaker, route.count());
        Labels labels = labels(route, speaker);
        boolean draining = sendsAway(overrides.of(route.uri));
        int[] hints = policy.sessions() ? hints(route) : NO_HINTS;
        return !draining && hints.length == 0 && labels.equals(UNLABELLED)
                ? plain
                : plain.labelled(draining, labels.redirect(), labels.regions(), hints);
    }

    /** Returns which endpoint speaks for all: the one with the first address, whatever order they were heard of in. */
    private static int speaker(LocalRoute route) {
        int first = 0;
        for (int i = 1; i < route.count(); i++) {
            // An address is the beginning of a row, and no two endpoints of a route have the same.
            first = Arrays.compareUnsigned(route.row(i), route.row(first)) < 0 ? i : first;
        }
        return first;
    }

    private boolean sendsAway(@Nullable OperatorOverride override) {
        return override != null && !ownSite.equals(override.to());
    }

    /** Hints in one order, and of very many the same ones, whatever order the instances were heard of in. */
    private static int[] hints(LocalRoute route) {
        int[] hints = new int[route.count()];
        int used = 0;
        for (int i = 0; i < hints.length; i++) {
            String instance = PackedEndpoint.instanceId(route.row(i));
            if (!instance.isEmpty()) {
                hints[used++] = SessionHint.of(instance);
            }
        }
        Arrays.sort(hints, 0, used);
        return Arrays.copyOf(hints, Math.min(used, MOST_HINTS));
    }

    /** Several apps may share a route: then it goes only where each of them may be served. */
    private Labels labels(LocalRoute route, byte[] speaker) {
        Labels labels = labels(route.uri, speaker);
        byte[] before = speaker;
        for (int i = 0; i < route.count() && route.count() > 1; i++) {
            byte[] row = route.row(i);
            if (!isSameApp(row, before)) {
                List<String> both =
                        common(labels.regions(), labels(route.uri, row).regions());
                labels = both.equals(labels.regions()) ? labels : new Labels(labels.redirect(), both);
                before = row;
            }
        }
        return labels;
    }

    private static boolean isSameApp(byte[] one, byte[] other) {
        return one == other
                || (PackedEndpoint.shape(one) == PackedEndpoint.shape(other)
                        && PackedEndpoint.offer(one, 1).equals(PackedEndpoint.offer(other, 1)));
    }

    /** Returns the regions in both, of which each stands for all when it is empty. */
    private static List<String> common(List<String> one, List<String> other) {
        if (one.isEmpty() || other.isEmpty() || one.equals(other)) {
            return one.isEmpty() ? other : one;
        }
        Set<String> both = new TreeSet<>(one);
        both.retainAll(other);
        return both.isEmpty() ? Regions.parse("") : List.copyOf(both);
    }

    private Labels labels(RouteUri uri, byte[] row) {
        int shape = PackedEndpoint.shape(row);
        if (shape == TagShapes.NONE && policy.rules().isEmpty()) {
            return UNLABELLED;
        }
        if (byApp) {
            return labels(uri, PackedEndpoint.unpack(row, shapes));
        }
        Labels known = byShape.get(shape);
        if (known == null) {
            known = labels(uri, PackedEndpoint.unpack(row, shapes));
            byShape.put(shape, known); // as many as there are shapes, which are bounded
        }
        return known;
    }

    private Labels labels(RouteUri uri, Endpoint endpoint) {
        Map<String, String> tags = endpoint.tags();
        RedirectMode redirect = redirect(tags.get(REDIRECT_TAG));
        String pinned = tags.get(REGIONS_TAG);
        List<String> regions = pinned == null ? List.of() : Regions.parse(pinned);
        for (PolicyRule rule : policy.rules()) {
            boolean fits = rule.fitsHost(uri.host())
                    && rule.fitsApp(
                            endpoint.appId(),
                            tags.get("app_name"),
                            tags.get("space_name"),
                            tags.get("organization_name"));
            if (fits) {
                // Operators have the last word.
                return new Labels(rule.redirect(), rule.regions().isEmpty() ? regions : rule.regions());
            }
        }
        return redirect == null && regions.isEmpty() ? UNLABELLED : new Labels(redirect, regions);
    }

    private static @Nullable RedirectMode redirect(@Nullable String tag) {
        return switch (tag == null ? "" : tag.toLowerCase(Locale.ROOT)) {
            case "auto" -> RedirectMode.AUTO;
            case "always" -> RedirectMode.ALWAYS;
            case "never" -> RedirectMode.NEVER;
            default -> null;
        };
    }
}
