package io.grouter.gossip;

import io.grouter.route.SiteId;
import java.util.List;

/**
 * One entry of {@code gossip.sites}: a site that is listened to.
 *
 * @param name the site
 * @param keys its public keys as keygen prints them; one, or two while it changes from one to the other
 */
public record SiteTrust(SiteId name, List<String> keys) {
    /** Checks the keys; throws {@link IllegalArgumentException} naming the key of the configuration. */
    public SiteTrust {
        keys = List.copyOf(keys);
        if (keys.isEmpty() || keys.size() > 2) {
            throw new IllegalArgumentException("keys: " + keys.size() + " of them (expected: one or two)");
        }
        keys.forEach(SiteKeys::publicKey);
    }
}
