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
        byte[] first = route.row(0);
        Offer plain = PackedEndpoint.offer(first, route.count());
        Labels labels = labels(route.uri, first);
        boolean draining = sendsAway(overrides.of(route.uri));
        int[] hints = policy.sessions() ? hints(route) : NO_HINTS;
        return !draining && hints.length == 0 && labels.equals(UNLABELLED)
                ? plain
                : plain.labelled(draining, labels.redirect(), labels.regions(), hints);
    }

    private boolean sendsAway(@Nullable OperatorOverride override) {
        return override != null && !ownSite.equals(override.to());
    }

    private static int[] hints(LocalRoute route) {
        int count = Math.min(route.count(), MOST_HINTS);
        int[] hints = new int[count];
        int used = 0;
        for (int i = 0; i < count; i++) {
            String instance = PackedEndpoint.instanceId(route.row(i));
            if (!instance.isEmpty()) {
                hints[used++] = SessionHint.of(instance);
            }
        }
        // In one order on all nodes, whatever order they heard of the instances in.
        Arrays.sort(hints, 0, used);
        return used == count ? hints : Arrays.copyOf(hints, used);
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
