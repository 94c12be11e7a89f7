package io.grouter.admin;

import io.grouter.route.SiteId;
import io.grouter.steering.Decision;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Puts decisions into the words of the admin API. */
final class Decisions {
    private Decisions() {}

    /** Returns {@code forward}, {@code redirect}, {@code relay} or {@code refuse}. */
    static String kind(Decision decision) {
        return decision.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** Returns the site that serves it; null = none. */
    static @Nullable SiteId site(Decision decision, SiteId own) {
        if (decision instanceof Decision.Redirect redirect) {
            return redirect.site();
        }
        if (decision instanceof Decision.Relay relay) {
            return relay.site();
        }
        return decision instanceof Decision.Forward ? own : null;
    }
}
