package io.grouter.app;

import io.grouter.accesslog.AccessLogConfig;
import io.grouter.admin.AdminConfig;
import io.grouter.dns.DnsConfig;
import io.grouter.gorouter.GoRouterConfig;
import io.grouter.gossip.GossipConfig;
import io.grouter.logging.LogConfig;
import io.grouter.nats.NatsConfig;
import io.grouter.proxy.ProxyConfig;
import io.grouter.proxy.RelayConfig;
import io.grouter.rib.RibConfig;
import io.grouter.route.SiteConfig;
import io.grouter.state.StateConfig;
import io.grouter.steering.SteeringConfig;
import io.grouter.tracing.TracingConfig;

/**
 * The whole configuration of a node; {@code reference.yaml} describes every key.
 *
 * @param site who this site is and how others reach it
 * @param nats where the site's routes are heard
 * @param goRouters the site's GoRouters
 * @param proxy the data plane
 * @param relay requests from one site to another
 * @param steering what is done with requests for apps of other sites
 * @param accessLog where requests are written down
 * @param rib bounds of the tables
 * @param state the state file
 * @param gossip the other nodes and sites
 * @param dns the DNS server
 * @param admin the admin API
 * @param log how the process logs
 * @param tracing Grouter's own spans
 */
public record Config(
        SiteConfig site,
        NatsConfig nats,
        GoRouterConfig goRouters,
        ProxyConfig proxy,
        RelayConfig relay,
        SteeringConfig steering,
        AccessLogConfig accessLog,
        RibConfig rib,
        StateConfig state,
        GossipConfig gossip,
        DnsConfig dns,
        AdminConfig admin,
        LogConfig log,
        TracingConfig tracing) {
    /** Checks what concerns more than one section; throws {@link IllegalArgumentException} naming the key. */
    public Config {
        gossip.check(site.name());
    }

    /** Returns whether another configuration differs at most in what can change without a restart. */
    boolean sameButForReloaded(Config other) {
        GossipConfig theirs = gossip.withSites(other.gossip().sites());
        AdminConfig access = admin.sameButForAccess(other.admin()) ? other.admin() : admin;
        return new Config(
                        site, nats, goRouters, proxy, relay, steering, accessLog, rib, state, theirs, dns, access, log,
                        tracing)
                .equals(other);
    }
}
