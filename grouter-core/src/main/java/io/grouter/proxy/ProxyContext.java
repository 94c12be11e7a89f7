package io.grouter.proxy;

import io.grouter.accesslog.AccessLog;
import io.grouter.fib.Fib;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.gorouter.SiteHealthMeter;
import io.grouter.steering.OwnSite;
import io.grouter.tracing.Tracer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every connection of one proxy shares.
 *
 * @param config the configuration
 * @param fib the latest snapshot
 * @param ownSite what is so in this site besides its routes
 * @param decider the rules
 * @param goRouters the upstream
 * @param meter the health of this site
 * @param kept bodies kept for second chances
 * @param metrics the counters
 * @param upstreams the connections to GoRouters
 * @param relays the ways to other sites
 * @param relayMetrics the counters of what goes to other sites and comes from them
 * @param queue requests that wait for room at a GoRouter
 * @param retries how much may be tried again
 * @param drain whether the proxy is about to end
 * @param accessLog where requests are written down
 * @param tracer makes Grouter's spans; null = there are none
 */
record ProxyContext(
        ProxyConfig config,
        Supplier<Fib> fib,
        Supplier<OwnSite> ownSite,
        Decider decider,
        GoRouterPool goRouters,
        SiteHealthMeter meter,
        KeptBody.Total kept,
        ProxyMetrics metrics,
        UpstreamPools upstreams,
        Relays relays,
        RelayMetrics relayMetrics,
        WaitingRoom queue,
        RetryBudget retries,
        Drain drain,
        AccessLog accessLog,
        @Nullable Tracer tracer) {}
