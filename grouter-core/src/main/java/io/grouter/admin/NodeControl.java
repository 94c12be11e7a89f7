package io.grouter.admin;

import io.grouter.route.SiteId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What an operator can do with a running node. Safe for all threads. */
public interface NodeControl {
    /** Returns whether a site is configured, so that what it says counts. */
    boolean trusts(SiteId site);

    /** Forgets a site with all its routes; the future says whether anything was known of it. */
    CompletableFuture<Boolean> forget(SiteId site);

    /** Reads the configuration again and takes over what can change without a restart. */
    Reload reload();

    /** Returns the configuration in effect, ready to be written as JSON; secrets are masked. */
    Map<String, Object> config();

    /**
     * What became of it.
     *
     * @param problems what is wrong with the configuration, so that nothing changed; empty when nothing is
     * @param needsRestart whether something changed that takes a restart
     */
    record Reload(List<String> problems, boolean needsRestart) {
        /** Copies the list. */
        public Reload {
            problems = List.copyOf(problems);
        }
    }
}
