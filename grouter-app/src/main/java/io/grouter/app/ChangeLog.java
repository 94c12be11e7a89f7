package io.grouter.app;

import io.grouter.fib.Fib;
import io.grouter.overrides.OverrideChange;
import io.grouter.rib.RibEvent;
import io.grouter.rib.RibListener;
import io.grouter.route.FeedState;
import io.grouter.route.OfferChange;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what the tables went through: sites and the feed as news, single routes only when asked for (DEBUG). */
final class ChangeLog implements RibListener {
    private static final Logger log = LoggerFactory.getLogger(ChangeLog.class);

    @Override
    public void onPublished(Fib fib, List<OfferChange> ownChanges, List<RibEvent> events) {
        for (RibEvent event : events) {
            if (event instanceof RibEvent.SiteChanged site) {
                logSite(site);
            } else if (event instanceof RibEvent.FeedChanged feed) {
                logFeed(feed);
            } else if (event instanceof RibEvent.GuardChanged guard) {
                logGuard(guard);
            } else if (event instanceof RibEvent.Alarm alarm) {
                logAlarm(alarm);
            } else if (event instanceof RibEvent.OverrideChanged changed) {
                logOverride(changed.change());
            } else if (event instanceof RibEvent.SiteConverged site) {
                log.info(
                        "the table held from site {} is {}equal to its own ({} routes of {})",
                        site.site(),
                        site.converged() ? "" : "not ",
                        site.routes(),
                        site.announced());
            } else if (event instanceof RibEvent.SiblingChanged sibling) {
                log.info(
                        sibling.complete()
                                ? "another node of this site stands in with {} routes"
                                : "no other node of this site stands in any more ({} routes)",
                        sibling.routes());
            } else if (log.isDebugEnabled()) {
                log.debug("{}", event);
            }
        }
    }

    private static void logSite(RibEvent.SiteChanged site) {
        if (site.to().compareTo(site.from()) < 0) {
            log.info("site {} is {} (was {})", site.site(), site.to(), site.from());
        } else {
            log.warn("site {} is {} (was {})", site.site(), site.to(), site.from());
        }
    }

    private static void logFeed(RibEvent.FeedChanged feed) {
        if (feed.to() == FeedState.LOST || feed.to() == FeedState.SILENT) {
            log.warn(
                    "the NATS feed is {} (was {}): {}; routes are kept, unknown ones go to the GoRouters",
                    feed.to(),
                    feed.from(),
                    feed.why());
        } else {
            log.info("the NATS feed is {} (was {}): {}", feed.to(), feed.from(), feed.why());
        }
    }

    private static void logGuard(RibEvent.GuardChanged guard) {
        if (guard.holding()) {
            log.warn(
                    "withdrawals of site {} are held back: {} (POST /v1/guard/release?site={} lets them go)",
                    guard.site(),
                    guard.why(),
                    guard.site());
        } else {
            log.info(
                    "withdrawals of site {} are no longer held back ({} of them): {}",
                    guard.site(),
                    guard.count(),
                    guard.why());
        }
    }

    private static void logAlarm(RibEvent.Alarm alarm) {
        if (alarm.raised()) {
            log.warn("site {}: {}", alarm.site(), alarm.what());
        } else {
            log.info("site {}: no longer: {}", alarm.site(), alarm.what());
        }
    }

    /** Every override, because somebody will ask who it was. */
    static void logOverride(OverrideChange change) {
        boolean told = !change.here() && change.what() != OverrideChange.What.EXPIRED;
        log.info(
                "override {}{}{}: {}",
                change.what().name().toLowerCase(Locale.ROOT),
                change.by().isEmpty() ? "" : " by " + change.by(),
                told ? ", as another node says" : "",
                change.override().text());
    }
}
